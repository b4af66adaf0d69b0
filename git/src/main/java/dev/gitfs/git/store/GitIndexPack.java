package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.ObjectId;

/**
 * One pack on its way from the network into a file by git's own {@code index-pack}, which verifies
 * and indexes objects of any size. For those that JGit refuses; see {@link IncomingPack} for all
 * others, which this would cost a process each.
 */
final class GitIndexPack {

  private final Path repository;

  GitIndexPack(Path repository) {
    this.repository = repository;
  }

  /**
   * Reads the stream to its end, into the file {@code pack}, which must not exist, and {@code
   * index}.
   *
   * @return the ids of the pack's objects
   * @throws CorruptPackException if git finds the pack damaged
   */
  Set<ObjectId> receive(InputStream stream, Path pack, Path index) throws IOException {
    var process =
        new ProcessBuilder(
                "git",
                "-c",
                "pack.writeReverseIndex=false",
                "--git-dir=" + repository,
                "index-pack",
                "--stdin",
                "-o",
                index.toString(),
                pack.toString())
            .redirectErrorStream(true)
            .start();
    try {
      var refused = feed(stream, process);
      // A line or two, which the pipe holds until all has been fed.
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (refused || process.waitFor() != 0) {
        throw failure(said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while git took in a pack", e);
    } finally {
      process.destroyForcibly();
    }
    var ids = new HashSet<ObjectId>();
    for (var entry : PackIndex.open(index.toFile())) {
      ids.add(entry.toObjectId());
    }
    return ids;
  }

  /** Whether git ended before it had everything; only the stream's own failures are thrown. */
  private static boolean feed(InputStream stream, Process process) throws IOException {
    var buffer = new byte[64 << 10];
    var stdin = process.getOutputStream();
    for (int n; (n = stream.read(buffer)) >= 0; ) {
      try {
        stdin.write(buffer, 0, n);
      } catch (IOException e) {
        return true;
      }
    }
    try {
      stdin.close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private IOException failure(String said) {
    var failure = new IOException("git index-pack: " + said);
    var explained = DiskFull.explain(failure, repository);
    return explained == failure
        ? new CorruptPackException("the pack received is damaged: " + said, failure)
        : explained;
  }
}
