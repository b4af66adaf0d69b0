package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Debian packages that a benchmark needs: installed as root, asked for otherwise. */
final class DebianPackages {

  /** The largest of them is 140 MB. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private DebianPackages() {}

  /** Sees that {@code file}, of the package {@code name}, is there. */
  static void need(Path file, String name) {
    if (Files.exists(file)) {
      return;
    }
    Progress.say("installing %s", name);
    if (!install(name) && !(update() && install(name))) {
      throw new UsageException("needs a Debian package. As root:  apt-get install " + name);
    }
  }

  private static boolean install(String name) {
    return aptGet("install", "-y", "--no-install-recommends", name);
  }

  private static boolean update() {
    return aptGet("update");
  }

  private static boolean aptGet(String... arguments) {
    var command = new ArrayList<>(List.of("apt-get", "-q"));
    command.addAll(List.of(arguments));
    return Processes.command(command)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .timeout(PATIENCE)
            .run()
            .exit()
        == 0;
  }
}
