package dev.gitfs.fuse.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What /proc tells of the threads that wait for an answer, and of the kernel's limits.
 *
 * @param root where it is mounted
 */
public record Proc(Path root) {

  /** That of this process. */
  public static final Proc REAL = new Proc(Path.of("/proc"));

  /** Signals that end no process by themselves: see signal(7). Signal N is bit N - 1. */
  private static final long HARMLESS = bits(17, 18, 19, 20, 21, 22, 23, 28);

  private static final long KILL = bits(9);

  /** The kernel looks for requests that are overdue every 15 s, and takes no limit below that. */
  private static final int LEAST_TIMEOUT = 15;

  /** What the kernel's field for it holds, in seconds: eighteen hours. */
  private static final int LONGEST_TIMEOUT = 0xffff;

  /**
   * Whether a thread is about to die, so that nobody will take the answer it waits for. A fatal
   * signal becomes SIGKILL for all threads of a process as it is sent, but for one that dumps core,
   * which stays as it is until it is taken (complete_signal in kernel/signal.c). What a tracer may
   * still take back is not fatal.
   *
   * @param thread its id; 0, or one of another pid namespace, is not known, and so does not die
   */
  public boolean isDying(int thread) {
    if (thread <= 0) {
      return false;
    }
    Map<String, String> status = new HashMap<>();
    try {
      for (String line :
          Files.readAllLines(root.resolve(thread + "/status"), StandardCharsets.ISO_8859_1)) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          status.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
      }
    } catch (IOException e) {
      // Hidden from this user (hidepid), for a thread that waits is there.
      return false;
    }
    long pending = mask(status, "SigPnd");
    if ((pending & KILL) != 0) {
      return true;
    }
    boolean traced = !status.getOrDefault("TracerPid", "0").equals("0");
    long held = mask(status, "SigBlk") | mask(status, "SigIgn") | mask(status, "SigCgt");
    return !traced && ((pending | mask(status, "ShdPnd")) & ~held & ~HARMLESS) != 0;
  }

  /**
   * After how long the kernel would abort a new connection for one request without an answer, if at
   * all: Linux 6.15 and later, Documentation/admin-guide/sysctl/fs.rst.
   *
   * @param asked to be asked for in the handshake
   * @param granted what comes of that
   */
  public record RequestTimeout(int asked, Duration granted) {}

  /** The longest that can be had; empty if there is no limit unless one is asked for. */
  public Optional<RequestTimeout> requestTimeout() {
    int most = seconds("max_request_timeout");
    if (most == 0 && seconds("default_request_timeout") == 0) {
      return Optional.empty();
    }
    int granted = most == 0 ? LONGEST_TIMEOUT : Math.clamp(most, LEAST_TIMEOUT, LONGEST_TIMEOUT);
    return Optional.of(new RequestTimeout(LONGEST_TIMEOUT, Duration.ofSeconds(granted)));
  }

  private int seconds(String name) {
    try {
      return Integer.parseInt(Files.readString(root.resolve("sys/fs/fuse/" + name)).strip());
    } catch (IOException | NumberFormatException e) {
      // An older kernel, which has no limit.
      return 0;
    }
  }

  private static long mask(Map<String, String> status, String name) {
    String hex = status.get(name);
    return hex == null ? 0 : Long.parseUnsignedLong(hex, 16);
  }

  private static long bits(int... signals) {
    long bits = 0;
    for (int signal : signals) {
      bits |= 1L << signal - 1;
    }
    return bits;
  }
}
