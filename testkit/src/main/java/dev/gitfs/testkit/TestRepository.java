package dev.gitfs.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A bare repository made by stock git for a test. Ids are 40 hexadecimal digits; the same calls
 * give the same ids on every machine.
 */
public final class TestRepository {

  /** The time of the first commit; each later one comes a minute after the one before. */
  private static final long EPOCH_SECONDS = 1_700_000_000;

  private final Path directory;
  private long commits;

  TestRepository(Path directory) {
    this.directory = directory;
  }

  public Path directory() {
    return directory;
  }

  /** The name to give to a server's {@code url}. */
  public String name() {
    return directory.getFileName().toString();
  }

  /** Sets a value of the repository's configuration, which its servers obey. */
  public TestRepository config(String key, String value) {
    git("config", key, value);
    return this;
  }

  /** As a server without partial clone, wants of any id, and object-info. */
  public TestRepository plain() {
    return config("uploadpack.allowFilter", "false")
        .config("uploadpack.allowAnySHA1InWant", "false")
        .config("transfer.advertiseObjectInfo", "false")
        .config("uploadpack.advertiseObjectInfo", "false");
  }

  /** A commit of {@code snapshot} on {@code main}, after those that are there. Returns its id. */
  public String commit(Snapshot snapshot) {
    var main = Git.command(List.of("rev-parse", "-q", "--verify", "refs/heads/main"));
    var tip = main.in(directory).run();
    return tip.exit() == 0
        ? commit("refs/heads/main", snapshot, tip.text().strip())
        : commit("refs/heads/main", snapshot);
  }

  /**
   * A commit of {@code snapshot}, nothing else, that becomes the tip of {@code ref}. Several
   * parents make a merge. Returns its id.
   */
  public String commit(String ref, Snapshot snapshot, String... parents) {
    var stream = new ByteArrayOutputStream();
    var time = EPOCH_SECONDS + 60 * commits++;
    stream.writeBytes(
        ascii(
            """
            reset %s
            commit %s
            mark :1
            committer Ada <ada@example.org> %d +0000
            data 7
            commit
            """
                .formatted(ref, ref, time)));
    for (var i = 0; i < parents.length; i++) {
      stream.writeBytes(ascii((i == 0 ? "from " : "merge ") + parents[i] + "\n"));
    }
    stream.writeBytes(ascii("deleteall\n"));
    snapshot.writeTo(stream);
    stream.writeBytes(ascii("\ndone\n"));
    git(stream.toByteArray(), "fast-import", "--quiet", "--force", "--done");
    return id(ref);
  }

  /** A commit of the tree {@code treeId}, whatever that holds, as the tip of {@code ref}. */
  public String commitTree(String ref, String treeId, String... parents) {
    var arguments = new ArrayList<>(List.of("commit-tree", "-m", "commit", treeId));
    for (var parent : parents) {
      arguments.addAll(List.of("-p", parent));
    }
    var id = git(arguments.toArray(String[]::new)).text().strip();
    git("update-ref", ref, id);
    return id;
  }

  /** Stores a blob. Returns its id. */
  public String blob(byte[] content) {
    return git(content, "hash-object", "-w", "--stdin").text().strip();
  }

  /**
   * Stores a blob of any number of bytes, in seconds: zeros, except for {@code marks}, which are
   * bytes at offsets and must not cross a multiple of 1 MiB. Returns its id.
   */
  public String hugeBlob(long size, Map<Long, byte[]> marks) {
    return new HugeBlob(size, marks).writeTo(directory);
  }

  /** Stores a tree of exactly these entries in this order, unchecked. Returns its id. */
  public String rawTree(List<RawEntry> entries) {
    var tree = new ByteArrayOutputStream();
    for (var entry : entries) {
      tree.writeBytes(ascii(entry.mode() + " "));
      tree.writeBytes(entry.name());
      tree.write(0);
      tree.writeBytes(HexFormat.of().parseHex(entry.id()));
    }
    return git(tree.toByteArray(), "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
        .text()
        .strip();
  }

  /** Stores a commit or tag of exactly this text, unchecked, as the tip of {@code ref}. */
  public String rawTip(String ref, String type, String text) {
    var input = text.getBytes(StandardCharsets.UTF_8);
    var id = git(input, "hash-object", "-t", type, "--literally", "-w", "--stdin").text().strip();
    git("update-ref", ref, id);
    return id;
  }

  /**
   * One entry of a tree as it is stored, well-formed or not.
   *
   * @param mode octal as git writes it: 100644, 100755, 120000, 40000, 160000
   */
  public record RawEntry(String mode, byte[] name, String id) {

    public RawEntry(String mode, String name, String id) {
      this(mode, name.getBytes(StandardCharsets.UTF_8), id);
    }
  }

  /** A lightweight tag. */
  public TestRepository tag(String name, String target) {
    git("tag", name, target);
    return this;
  }

  /** An annotated tag. Returns the tag object's id. */
  public String annotatedTag(String name, String target) {
    git("tag", "-a", "-m", "tag", name, target);
    return id("refs/tags/" + name);
  }

  public TestRepository branch(String name, String target) {
    git("update-ref", "refs/heads/" + name, target);
    return this;
  }

  /** Lets HEAD name {@code ref}, which need not exist: then it is unborn. */
  public TestRepository head(String ref) {
    git("symbolic-ref", "HEAD", ref);
    return this;
  }

  /** Lets HEAD be the commit {@code id} itself. */
  public TestRepository detachedHead(String id) {
    git("update-ref", "--no-deref", "HEAD", id);
    return this;
  }

  /** The id that {@code revision} names: {@code HEAD}, {@code HEAD^{tree}}, {@code HEAD:a/b}. */
  public String id(String revision) {
    return git("rev-parse", "--verify", revision).text().strip();
  }

  /** Puts all objects into one pack, as on a server that is looked after. */
  public TestRepository repack() {
    git("repack", "-q", "-a", "-d", "-b");
    return this;
  }

  /** A real clone of this repository, checked out by git in {@code target}. */
  public Path checkout(Path target) {
    return checkout(target, "HEAD");
  }

  /** A real clone of this repository at {@code revision}, checked out by git in {@code target}. */
  public Path checkout(Path target, String revision) {
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Git.run(target, "clone", "-q", "--no-checkout", directory.toString(), ".");
    Git.run(target, "checkout", "-q", "--detach", id(revision + "^{commit}"));
    return target;
  }

  /** Runs git in this repository. */
  public Processes.Result git(String... arguments) {
    return git(new byte[0], arguments);
  }

  private Processes.Result git(byte[] input, String... arguments) {
    return Git.command(List.of(arguments)).in(directory).input(input).run().orFail();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
