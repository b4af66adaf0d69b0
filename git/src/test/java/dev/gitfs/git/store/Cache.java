package dev.gitfs.git.store;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** A cache directory for a test, and a repository to fill it from. */
final class Cache implements AutoCloseable {

  final GitRepositories repositories = new GitRepositories();
  final TestRepository origin = repositories.create("origin.git");
  final LocalRemote remote = new LocalRemote(origin);
  final Path directory;

  Cache() throws IOException {
    directory = Files.createDirectory(repositories.root().resolve("cache"));
  }

  StoreOptions options() {
    return new StoreOptions(directory, 96 << 20, 10L << 30);
  }

  ObjectStore open() throws IOException {
    return ObjectStore.open(remote, options());
  }

  /** The repository in the cache, as stock git sees it. */
  Path repository() throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.filter(path -> path.toString().endsWith(".git")).findFirst().orElseThrow();
    }
  }

  List<Path> packs() throws IOException {
    try (var entries = Files.list(repository().resolve("objects/pack"))) {
      return entries.filter(path -> path.toString().endsWith(".pack")).toList();
    }
  }

  ObjectId id(String revision) {
    return ObjectId.fromString(origin.id(revision));
  }

  static byte[] read(Blob blob) throws IOException {
    try (blob) {
      byte[] bytes = new byte[Math.toIntExact(blob.size())];
      int read = blob.read(0, MemorySegment.ofArray(bytes));
      if (read != bytes.length) {
        throw new AssertionError("read " + read + " of " + bytes.length);
      }
      return bytes;
    }
  }

  static Revision head(ObjectStore store) throws IOException, InterruptedException {
    return store.resolve(Optional.empty());
  }

  @Override
  public void close() {
    repositories.close();
  }
}
