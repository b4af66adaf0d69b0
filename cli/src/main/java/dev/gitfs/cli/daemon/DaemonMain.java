package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.telemetry.LogSetup;
import dev.gitfs.fuse.FuseMount;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's process. It connects to the command that starts it, which makes the first request
 * there; all others come over its own socket. It ends when nothing is mounted any more.
 */
final class DaemonMain {

  /** Second argument: the process ends with the one that started it, and leaves no log file. */
  static final String FOREGROUND = "--foreground";

  /** What a supervisor that restarts this in the foreground may go by. */
  private static final int GIVEN_UP = 1;

  private static final Logger log = LoggerFactory.getLogger(DaemonMain.class);

  private DaemonMain() {}

  /**
   * @param arguments the socket of the command that starts this, and {@link #FOREGROUND} or nothing
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean foreground = arguments.length > 1 && arguments[1].equals(FOREGROUND);
    // What a library prints is for the log, as standard error is.
    System.setOut(System.err);
    Background.watchAllThreads();
    Background.platform("preparation", DaemonMain::prepare).start();
    var table = new MountTable(Path.of(System.getProperty(LogSetup.FILE, "/dev/stderr")));
    var server = DaemonServer.listen(Directories.ofUser().runtime(), table);
    // SIGTERM, SIGINT and the end of main all come here.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  table.close();
                  server.close();
                }));
    SocketChannel starter = StartSocket.connect(Path.of(arguments[0]));
    server.exchange(starter);
    if (foreground) {
      Background.platform("starter", () -> endWith(starter)).start();
    } else {
      starter.close();
    }
    System.exit(table.awaitEmpty() ? 0 : GIVEN_UP);
  }

  /** The first by the time the request is read, the second when the git server has answered. */
  private static void prepare() {
    ObjectStore.prepare();
    FuseMount.prepare();
  }

  /** The command that started this makes no second request: what comes is its end. */
  private static void endWith(SocketChannel starter) {
    try {
      starter.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      log.debug("The command that started this is gone", e);
    }
    System.exit(0);
  }
}
