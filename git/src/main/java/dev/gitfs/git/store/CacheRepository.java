package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bare repository of one remote in the cache directory, as files: a partial clone that stock
 * git reads. It comes into being by one rename, so no half of it is ever seen; all that changes
 * later is replaced by renames too. What is git-fs's own lives in its {@code git-fs} directory.
 *
 * @param directory the repository, {@code <readable>-<hash>.git}
 */
record CacheRepository(Path directory) {

  private static final Logger LOG = LoggerFactory.getLogger(CacheRepository.class);

  /** The ref that tells what the server's HEAD was, when that was asked last. */
  static final String LAST_HEAD = "refs/git-fs/HEAD";

  private static final String UNFINISHED = ".new-";

  /** Names stay readable and, with the hash and {@code .git}, far below NAME_MAX. */
  private static final int READABLE_LENGTH = 100;

  /** The repository of {@code url} under {@code cache}, created unless it is there. */
  static CacheRepository open(Path cache, String url) throws IOException {
    Files.createDirectories(cache);
    deleteUnfinished(cache);
    var repository = new CacheRepository(cache.resolve(directoryName(url)));
    if (!Files.exists(repository.directory)) {
      repository.create(cache, url);
    }
    // Whatever was lost since, to a disk repair or a curious hand, is as it was.
    writeSkeleton(repository.directory, url);
    return repository;
  }

  /** Whether {@code cache} has a repository of {@code url}. */
  static boolean exists(Path cache, String url) {
    return Files.isDirectory(cache.resolve(directoryName(url)));
  }

  Path objects() {
    return directory.resolve("objects");
  }

  /** Where files are written before they are renamed to where they belong. */
  Path scratch() {
    return directory.resolve("git-fs");
  }

  Path sessions() {
    return directory.resolve("git-fs/sessions");
  }

  /** Remembers something about the server, as an empty file. */
  Path marker(String name) {
    return directory.resolve("git-fs").resolve(name);
  }

  /**
   * Lets stock git find {@code commit}, whose parents are not here: {@code refs} point at what they
   * are mapped to, HEAD at {@code head} unless that is empty. Names that are no ref names, which
   * only a hostile server sends, are left out.
   */
  void publish(ObjectId commit, Map<String, ObjectId> refs, String head) throws IOException {
    addShallow(commit);
    for (var ref : refs.entrySet()) {
      if (isSafe(ref.getKey())) {
        writeRef(ref.getKey(), ref.getValue().name() + "\n");
      }
    }
    if (isSafe(head)) {
      writeRef("HEAD", "ref: " + head + "\n");
    }
  }

  /** What {@code ref} named when it was published last. */
  Optional<ObjectId> ref(String ref) throws IOException {
    if (!isSafe(ref) || !Files.isRegularFile(directory.resolve(ref))) {
      return Optional.empty();
    }
    String id = Files.readString(directory.resolve(ref)).strip();
    return ObjectId.isId(id) ? Optional.of(ObjectId.fromString(id)) : Optional.empty();
  }

  /** The branch that HEAD stands for; HEAD itself if {@link #LAST_HEAD} is at another commit. */
  String headTarget() throws IOException {
    String head = Files.readString(directory.resolve("HEAD")).strip().replaceFirst("^ref: ", "");
    return ref(head).equals(ref(LAST_HEAD)) ? head : "HEAD";
  }

  /** Forgets refs to what is not here any more, over which stock git would stumble. */
  void forgetMissing() throws IOException {
    ObjectDirectory objects = LocalObjects.objectsIn(objects());
    try (Stream<Path> refs = Files.walk(directory.resolve("refs"))) {
      for (Path ref : refs.filter(Files::isRegularFile).toList()) {
        String id = Files.readString(ref).strip();
        if (!ObjectId.isId(id) || !objects.has(ObjectId.fromString(id))) {
          Files.deleteIfExists(ref);
        }
      }
    } finally {
      objects.close();
    }
  }

  private static boolean isSafe(String ref) {
    return ref.startsWith("refs/") && Repository.isValidRefName(ref);
  }

  private void writeRef(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    if (Files.isRegularFile(file) && Files.readString(file).equals(content)) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.write(scratch(), file, content);
    } catch (FileSystemException e) {
      // The remote has renamed a branch a to a/b, or the other way round: the old one is gone.
      for (Path parent = file.getParent(); !parent.equals(directory); parent = parent.getParent()) {
        if (Files.isRegularFile(parent)) {
          Files.delete(parent);
        }
      }
      if (Files.isDirectory(file)) {
        FileTrees.delete(file);
      }
      Files.createDirectories(file.getParent());
      AtomicFile.write(scratch(), file, content);
    }
  }

  private void addShallow(ObjectId commit) throws IOException {
    Path shallow = directory.resolve("shallow");
    try (var _ = InterProcessLock.await(directory.resolve("git-fs/shallow.lock"))) {
      var lines = new TreeSet<String>();
      if (Files.exists(shallow)) {
        lines.addAll(Files.readAllLines(shallow));
      }
      if (lines.add(commit.name())) {
        AtomicFile.write(scratch(), shallow, String.join("\n", lines) + "\n");
      }
    }
  }

  private void create(Path cache, String url) throws IOException {
    Path temporary = Files.createTempDirectory(cache, UNFINISHED);
    try {
      writeSkeleton(temporary, url);
      Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
      LOG.debug("Created {}", directory);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      LOG.debug("{} was created by another process", directory);
    } catch (FileSystemException e) {
      if (!Files.exists(directory)) {
        throw e;
      }
    } finally {
      FileTrees.delete(temporary);
    }
  }

  /** Creating takes milliseconds: what is an hour old was left by a process that died. */
  private static void deleteUnfinished(Path cache) throws IOException {
    Instant longAgo = Instant.now().minus(Duration.ofHours(1));
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(cache, UNFINISHED + "*")) {
      for (Path directory : unfinished) {
        if (Files.getLastModifiedTime(directory).toInstant().isBefore(longAgo)) {
          FileTrees.delete(directory);
        }
      }
    } catch (NoSuchFileException e) {
      LOG.trace("Another process deletes the same", e);
    }
  }

  private static void writeSkeleton(Path directory, String url) throws IOException {
    for (String name : new String[] {"objects/pack", "objects/info", "refs/heads", "git-fs"}) {
      Files.createDirectories(directory.resolve(name));
    }
    if (!Files.exists(directory.resolve("config"))) {
      AtomicFile.write(
          directory.resolve("git-fs"), directory.resolve("config"), config(url).toText());
    }
    if (!Files.exists(directory.resolve("HEAD"))) {
      AtomicFile.write(
          directory.resolve("git-fs"), directory.resolve("HEAD"), "ref: refs/heads/main\n");
    }
  }

  private static Config config(String url) {
    var config = new Config();
    config.setInt("core", null, "repositoryformatversion", 1);
    config.setBoolean("core", null, "bare", true);
    config.setString("extensions", null, "partialClone", "origin");
    config.setString("remote", "origin", "url", url);
    config.setBoolean("remote", "origin", "promisor", true);
    config.setString("remote", "origin", "partialclonefilter", "blob:none");
    // git-fs packs as it goes; git's own would throw away what no ref reaches.
    config.setInt("gc", null, "auto", 0);
    return config;
  }

  private static String directoryName(String url) {
    String readable =
        url.replaceFirst("^[a-z+]+://", "")
            .replaceAll("\\.git/*$", "")
            .replaceAll("[^A-Za-z0-9._-]+", "-")
            .replaceAll("^[-.]+|-+$", "");
    if (readable.length() > READABLE_LENGTH) {
      readable = readable.substring(readable.length() - READABLE_LENGTH);
    }
    return readable + "-" + hash(url) + ".git";
  }

  private static String hash(String url) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(url.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
