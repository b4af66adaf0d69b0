package dev.gitfs.fuse.linux;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;

/**
 * The end of a process whose JVM would hesitate. At its end, {@code halt} included, HotSpot waits
 * for threads that are in native code, for 0.3 s ({@code
 * VM_Exit::wait_for_threads_in_native_to_block}), and in a JVM that has started another process one
 * always is: the one that waits for that process.
 */
public final class ProcessEnd {
  private static final MethodHandle EXIT = Libc.function("_exit");

  private ProcessEnd() {}

  /** Links this process to libc, which {@link #now} would else do. */
  public static void prepare() {
    // With this class the function is linked. The first call of any makes more code than that.
    Pages.size();
  }

  /** Ends the process, now and with nothing run or written before that. */
  public static void now(int status) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(EXIT, arena.allocate(Libc.ERRNO_LAYOUT), status);
    }
  }
}
