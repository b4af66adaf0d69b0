package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory of bare repositories made for a test: what the servers of this package serve. Closing
 * it deletes them.
 */
public final class GitRepositories implements AutoCloseable {
  private final Path root;

  public GitRepositories() {
    try {
      root = Files.createTempDirectory("gitfs-repositories");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory that holds the repositories. */
  public Path root() {
    return root;
  }

  /**
   * Makes an empty bare repository whose HEAD names {@code main}, and whose server allows what
   * large forges allow: filters, wants of any reachable object, object-info.
   */
  public TestRepository create(String name) {
    var directory = root.resolve(name);
    Git.run(root, "init", "-q", "--bare", "--initial-branch=main", directory.toString());
    return new TestRepository(directory)
        .config("uploadpack.allowFilter", "true")
        .config("uploadpack.allowAnySHA1InWant", "true")
        .config("transfer.advertiseObjectInfo", "true")
        // The same in JGit's words.
        .config("uploadpack.advertiseObjectInfo", "true");
  }

  /** A bare copy of {@code source}, any repository git can clone, with the same server settings. */
  public TestRepository mirror(String name, Path source) {
    var repository = create(name);
    Git.run(
        repository.directory(),
        "fetch",
        "-q",
        // The source may be a shallow clone itself, as those of CI are.
        "--update-shallow",
        source.toString(),
        "HEAD:refs/heads/main",
        "+refs/tags/*:refs/tags/*");
    return repository;
  }

  @Override
  public void close() {
    TemporaryFiles.delete(root);
  }
}
