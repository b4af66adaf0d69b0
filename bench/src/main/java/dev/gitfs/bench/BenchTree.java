package dev.gitfs.bench;

import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree to measure with, of one commit. */
sealed interface BenchTree {

  /** Puts it among the repositories that a server serves. */
  TestRepository serveFrom(GitRepositories repositories) throws IOException;

  String description();

  /** A few thousand small files made on the spot: for a quick run, where Linux takes minutes. */
  record Synthetic() implements BenchTree {
    @Override
    public TestRepository serveFrom(GitRepositories repositories) {
      var repository = repositories.create("synthetic.git");
      repository.commit(SyntheticTree.snapshot());
      return repository.repack();
    }

    @Override
    public String description() {
      return "a synthetic tree";
    }
  }

  /** The source of Linux as Debian ships it. */
  record Linux() implements BenchTree {
    @Override
    public TestRepository serveFrom(GitRepositories repositories) throws IOException {
      return new Existing(LinuxSource.repository()).serveFrom(repositories);
    }

    @Override
    public String description() {
      return "Linux 6.1";
    }
  }

  /** HEAD of a bare repository that is there already. */
  record Existing(Path repository) implements BenchTree {
    @Override
    public TestRepository serveFrom(GitRepositories repositories) throws IOException {
      // Borrowed, not copied: so its configuration is ours and nothing is written to it.
      var served = repositories.create("tree.git");
      Files.writeString(
          served.directory().resolve("objects/info/alternates"),
          repository.toRealPath().resolve("objects") + "\n");
      var head = Git.run(repository, "rev-parse", "--verify", "HEAD^{commit}").text().strip();
      return served.branch("main", head);
    }

    @Override
    public String description() {
      return "the repository " + repository.getFileName();
    }
  }
}
