package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.telemetry.LogSetup;
import dev.gitfs.fuse.FuseMount;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's process. Whoever starts it makes the first request over its standard input, and
 * reads the reply from its standard output; all others come over its socket. It ends when nothing
 * is mounted any more.
 */
final class DaemonMain {

  /** Argument: the process ends with the one that started it, and leaves no log file. */
  static final String FOREGROUND = "--foreground";

  private static final Logger log = LoggerFactory.getLogger(DaemonMain.class);

  private DaemonMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean foreground = arguments.length > 0 && arguments[0].equals(FOREGROUND);
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
    server.conversation(System.in, System.out).exchange();
    if (foreground) {
      Background.platform("starter", DaemonMain::endWithStarter).start();
    } else {
      // Nobody shall wait for the end of a pipe that a daemon forgot to let go of. The JDK puts
      // /dev/null in the place of both.
      System.in.close();
      System.out.close();
    }
    table.awaitEmpty();
    System.exit(0);
  }

  /** The first by the time the request is read, the second when the git server has answered. */
  private static void prepare() {
    ObjectStore.prepare();
    FuseMount.prepare();
  }

  private static void endWithStarter() {
    try {
      while (System.in.read() >= 0) {
        log.debug("Input from the command that started this");
      }
    } catch (IOException e) {
      log.debug("The command that started this is gone", e);
    }
    System.exit(0);
  }
}
