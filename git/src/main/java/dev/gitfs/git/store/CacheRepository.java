package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.ConfigInvalidException;
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

  private static final String SUFFIX = ".git";

  private static final String UNFINISHED = ".new-";

  /** The work under that lock takes milliseconds. */
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(2);

  private static final String PACKED_REFS = "packed-refs";

  private static final String SYMBOLIC = "ref: ";

  /** As git follows (refs.h, SYMREF_MAXDEPTH). */
  private static final int MOST_LINKS = 5;

  private static final List<String> DIRECTORIES =
      List.of(
          "git-fs",
          "git-fs/sessions",
          "objects",
          "objects/pack",
          "objects/info",
          "refs",
          "refs/heads");

  /** Names stay readable and, with the hash and {@code .git}, far below NAME_MAX. */
  private static final int READABLE_LENGTH = 100;

  /** The repository of {@code url} under {@code cache}, created unless it is there. */
  static CacheRepository open(Path cache, String url) throws IOException {
    Files.createDirectories(cache);
    deleteUnfinished(cache);
    var repository = new CacheRepository(directory(cache, url));
    if (!Files.isDirectory(repository.directory)) {
      if (Files.deleteIfExists(repository.directory)) {
        LOG.warn(
            "{} was no directory, where one should be, and is made anew", repository.directory);
      }
      repository.create(cache, url);
    }
    // Whatever was lost since, to a disk repair or a curious hand, is as it was.
    repository.writeSkeleton(url);
    return repository;
  }

  /** Whether {@code cache} has a repository of {@code url}. */
  static boolean exists(Path cache, String url) {
    return Files.isDirectory(directory(cache, url));
  }

  /** One that another user made, root above all, is left to that user. */
  private static Path directory(Path cache, String url) {
    Path directory = cache.resolve(directoryName(url) + SUFFIX);
    return Files.isDirectory(directory) && !Files.isWritable(directory)
        ? cache.resolve(directoryName(url) + "-" + uid() + SUFFIX)
        : directory;
  }

  private static String uid() {
    try {
      return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      LOG.debug("Nobody knows whose process this is", e);
      return "own";
    }
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
      writeRef("HEAD", SYMBOLIC + head + "\n");
    }
  }

  /** What {@code ref} named when it was published last; by git's rules, whatever git did to it. */
  Optional<ObjectId> ref(String ref) {
    String name = ref;
    for (int links = 0; links < MOST_LINKS && isSafe(name); links++) {
      String content = text(directory.resolve(name)).strip();
      if (!content.startsWith(SYMBOLIC)) {
        return ObjectId.isId(content)
            ? Optional.of(ObjectId.fromString(content))
            : packedRefs().ref(name);
      }
      name = content.substring(SYMBOLIC.length()).strip();
    }
    return Optional.empty();
  }

  /** The branch that HEAD stands for; HEAD itself if {@link #LAST_HEAD} is at another commit. */
  String headTarget() {
    String head = text(directory.resolve("HEAD")).strip().replaceFirst("^" + SYMBOLIC, "");
    Optional<ObjectId> id = ref(head);
    return id.isPresent() && id.equals(ref(LAST_HEAD)) ? head : "HEAD";
  }

  /** Forgets refs to what is not here any more, over which stock git would stumble. */
  void forgetMissing() throws IOException {
    ObjectDirectory objects = LocalObjects.objectsIn(objects());
    try (Stream<Path> refs = Files.walk(directory.resolve("refs"))) {
      for (Path ref : refs.filter(Files::isRegularFile).toList()) {
        String content = text(ref).strip();
        boolean isGone = ObjectId.isId(content) && !objects.has(ObjectId.fromString(content));
        if (isGone || !ObjectId.isId(content) && !content.startsWith(SYMBOLIC)) {
          Files.deleteIfExists(ref);
        }
      }
      replacePackedRefs(packedRefs().without((name, id) -> !objects.has(id)));
    } finally {
      objects.close();
    }
  }

  private PackedRefs packedRefs() {
    return PackedRefs.parse(text(directory.resolve(PACKED_REFS)));
  }

  private void replacePackedRefs(PackedRefs refs) throws IOException {
    if (!refs.equals(packedRefs())) {
      AtomicFile.write(scratch(), directory.resolve(PACKED_REFS), refs.toText());
    }
  }

  /** What is in a small file; nothing if that cannot be read, or is another kind of file. */
  private static String text(Path file) {
    try {
      // Opening a FIFO would wait for its writer.
      return Files.isRegularFile(file) ? Files.readString(file, ISO_8859_1) : "";
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
      return "";
    }
  }

  private static boolean isSafe(String ref) {
    return ref.startsWith("refs/") && Repository.isValidRefName(ref);
  }

  private void writeRef(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    if (text(file).equals(content)) {
      return;
    }
    replacePackedRefs(packedRefs().withoutThoseInTheWayOf(name));
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      FileTrees.delete(file);
    }
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.write(scratch(), file, content);
    } catch (FileSystemException e) {
      // The remote has renamed a branch a to a/b, or the other way round: the old one is gone.
      for (Path parent = file.getParent(); !parent.equals(directory); parent = parent.getParent()) {
        if (!Files.isDirectory(parent)) {
          Files.deleteIfExists(parent);
        }
      }
      Files.createDirectories(file.getParent());
      AtomicFile.write(scratch(), file, content);
    }
  }

  private void addShallow(ObjectId commit) throws IOException {
    Path shallow = directory.resolve("shallow");
    // Without it another's line may be lost, which stock git alone reads.
    Path lockFile = directory.resolve("git-fs/shallow.lock");
    try (var _ = InterProcessLock.await(lockFile, LOCK_PATIENCE).orElse(null)) {
      String before = text(shallow);
      // git refuses a repository over a line that is no id.
      var lines =
          before.lines().filter(ObjectId::isId).collect(Collectors.toCollection(TreeSet::new));
      lines.add(commit.name());
      if (!before.equals(String.join("\n", lines) + "\n")) {
        AtomicFile.write(scratch(), shallow, String.join("\n", lines) + "\n");
      }
    }
  }

  private void create(Path cache, String url) throws IOException {
    Path temporary = Files.createTempDirectory(cache, UNFINISHED);
    try {
      new CacheRepository(temporary).writeSkeleton(url);
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

  /** What git and git-fs take a repository to have, as far as it is not there or not readable. */
  private void writeSkeleton(String url) throws IOException {
    for (String name : DIRECTORIES) {
      FileTrees.create(directory.resolve(name));
    }
    if (!isConfigOf(url)) {
      replace("config", config(url).toText());
    }
    String head = text(directory.resolve("HEAD")).strip();
    if (!ObjectId.isId(head) && !isSafe(head.replaceFirst("^" + SYMBOLIC, ""))) {
      replace("HEAD", SYMBOLIC + "refs/heads/main\n");
    }
  }

  private void replace(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      new Damaged(directory).setAside(file, "it is damaged");
    }
    AtomicFile.write(scratch(), file, content);
  }

  /** Whether there is a configuration that says what git needs to know; users may say more. */
  private boolean isConfigOf(String url) {
    var found = new Config();
    try {
      found.fromText(text(directory.resolve("config")));
    } catch (ConfigInvalidException e) {
      return false;
    }
    return found.getBoolean("remote", "origin", "promisor", false)
        && url.equals(found.getString("remote", "origin", "url"))
        && "origin".equals(found.getString("extensions", null, "partialClone"));
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
    return readable + "-" + hash(url);
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
