package dev.gitfs.bench;

import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** Linux from Debian's source package as a bare repository of one commit, made once and kept. */
final class LinuxSource {
  private static final String PACKAGE = "linux-source-6.1";
  private static final Path ARCHIVE = Path.of("/usr/src", PACKAGE + ".tar.xz");

  /** Unpacking, hashing and packing 78,635 files takes some minutes on a slow machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private LinuxSource() {}

  static Path repository() throws IOException {
    var repository = Checkout.cache().resolve(PACKAGE + ".git");
    if (!Files.exists(repository)) {
      DebianPackages.need(ARCHIVE, PACKAGE);
      var making = Checkout.cache().resolve(PACKAGE + ".making");
      delete(making);
      Files.createDirectories(making);
      make(making);
      Files.move(making.resolve("git"), repository, StandardCopyOption.ATOMIC_MOVE);
      delete(making);
    }
    return repository;
  }

  private static void make(Path directory) throws IOException {
    Progress.say("unpacking " + ARCHIVE.getFileName());
    var tree = Files.createDirectory(directory.resolve("tree"));
    Processes.command("tar", "-xf", ARCHIVE.toString(), "--strip-components=1")
        .in(tree)
        .timeout(PATIENCE)
        .run()
        .orFail();
    Progress.say("making a repository of it");
    var git = directory.resolve("git");
    git(directory, "init", "-q", "--bare", "--initial-branch=main", git.toString());
    // Or commit starts a repack of its own, beside ours.
    git(git, "config", "gc.auto", "0");
    // Everything, whatever its .gitignore says, with the bytes as they are.
    git(tree, "--git-dir=" + git, "--work-tree=.", "-c", "core.autocrlf=false", "add", "-A", "-f");
    git(tree, "--git-dir=" + git, "--work-tree=.", "commit", "-q", "-m", PACKAGE);
    git(git, "repack", "-q", "-a", "-d");
    Files.delete(git.resolve("index"));
  }

  private static void git(Path directory, String... arguments) {
    Git.command(List.of(arguments)).in(directory).timeout(PATIENCE).run().orFail();
  }

  private static void delete(Path directory) {
    Processes.command("rm", "-rf", "--one-file-system", directory.toString())
        .timeout(PATIENCE)
        .run()
        .orFail();
  }
}
