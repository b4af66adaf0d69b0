package dev.gitfs.fuse;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The example: a read-only file system in memory, which shows all that a {@link FileSystem} has to
 * do. Beside plain files it has some whose contents must be waited for. Built before it is mounted;
 * it counts what it is asked.
 */
class MemoryFileSystem implements FileSystem {
  /** Something with a node id; directories hold their children in listing order. */
  static final class Node {
    final long id;
    final FileType type;
    final byte[] name;
    final List<Node> children = new ArrayList<>();
    final AtomicLong lookups = new AtomicLong();
    volatile byte[] content = {};

    /** Reads wait for this. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    Node(long id, FileType type, byte[] name) {
      this.id = id;
      this.type = type;
      this.name = name;
    }
  }

  static final String XATTR = "user.example";

  private final Map<Long, Node> nodes = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong(ROOT - 1);
  private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
  private final Features features;
  final Node root = node(FileType.DIRECTORY, new byte[0]);
  final CountDownLatch destroyed = new CountDownLatch(1);
  volatile Connection connection;

  MemoryFileSystem() {
    this(Features.DEFAULT);
  }

  MemoryFileSystem(Features features) {
    this.features = features;
  }

  // Building it.

  private Node node(FileType type, byte[] name) {
    var node = new Node(lastId.incrementAndGet(), type, name);
    nodes.put(node.id, node);
    return node;
  }

  Node add(Node parent, FileType type, byte[] name, byte[] content) {
    Node node = node(type, name);
    node.content = content;
    parent.children.add(node);
    return node;
  }

  Node directory(Node parent, String name) {
    return add(parent, FileType.DIRECTORY, utf8(name), new byte[0]);
  }

  Node file(Node parent, String name, String content) {
    return add(parent, FileType.REGULAR, utf8(name), utf8(content));
  }

  Node link(Node parent, String name, String target) {
    return add(parent, FileType.SYMLINK, utf8(name), utf8(target));
  }

  /** A file whose contents come when the latch is at zero. */
  Node slowFile(Node parent, String name, String content, CountDownLatch gate) {
    Node node = file(parent, name, content);
    node.gate = gate;
    return node;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // What a test asks afterwards.

  long calls(String operation) {
    return calls.computeIfAbsent(operation, o -> new LongAdder()).sum();
  }

  void awaitCalls(String operation, int count) throws InterruptedException {
    while (calls(operation) < count) {
      Thread.sleep(5);
    }
  }

  /** How many lookups the kernel has not forgotten yet. */
  long lookupsHeld() {
    return nodes.values().stream().mapToLong(node -> node.lookups.get()).sum();
  }

  void called(String operation) {
    calls.computeIfAbsent(operation, o -> new LongAdder()).increment();
  }

  // Being one.

  @Override
  public Features features() {
    return features;
  }

  @Override
  public void init(Connection connection) {
    this.connection = connection;
  }

  @Override
  public void destroy() {
    destroyed.countDown();
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException, InterruptedException {
    called("lookup");
    for (Node child : nodes.get(parent).children) {
      if (name.is(child.name)) {
        found(child, reply);
        return;
      }
    }
    reply.absent(Validity.FOREVER);
  }

  private static void found(Node node, EntryReply reply) {
    node.lookups.incrementAndGet();
    describe(node, reply.found(node.id, 0, Validity.FOREVER, Validity.FOREVER));
  }

  private static void describe(Node node, Attributes attributes) {
    int permissions = node.type == FileType.DIRECTORY ? 0755 : 0644;
    attributes
        .ino(node.id)
        .size(node.content.length)
        .blocks((node.content.length + 511) / 512)
        .mode(node.type.mode(permissions))
        .nlink(node.type == FileType.DIRECTORY ? 2 : 1)
        .times(1_000_000_000, 123_456_789)
        .blksize(4096);
  }

  @Override
  public void forget(long node, long lookups) {
    called("forget");
    if (node != ROOT) {
      nodes.get(node).lookups.addAndGet(-lookups);
    }
  }

  @Override
  public void getattr(Request request, long node, AttributesReply reply)
      throws FuseException, InterruptedException {
    called("getattr");
    describe(nodes.get(node), reply.validFor(Validity.FOREVER));
  }

  @Override
  public void readlink(Request request, long node, LinkReply reply) {
    called("readlink");
    byte[] target = nodes.get(node).content;
    reply.target(target, target.length);
  }

  @Override
  public void open(Request request, long node, int flags, OpenReply reply) {
    called("open");
    reply.handle(node * 2).keepCache();
  }

  @Override
  public void read(Request request, long node, long handle, long offset, int size, ReadReply reply)
      throws FuseException, InterruptedException {
    Node file = nodes.get(node);
    if (file.gate.getCount() > 0) {
      request.willWait();
      called("waiting read");
      file.gate.await();
    }
    called("read");
    int from = (int) Math.min(offset, file.content.length);
    int length = Math.min(size, file.content.length - from);
    reply.target().copyFrom(MemorySegment.ofArray(file.content).asSlice(from, length));
    reply.filled(length);
  }

  @Override
  public void release(Request request, long node, long handle) {
    called(handle == node * 2 ? "release" : "release of a wrong handle");
  }

  @Override
  public void opendir(Request request, long node, int flags, OpenReply reply) {
    called("opendir");
    reply.handle(node * 2);
  }

  @Override
  public void readdir(Request request, long node, long handle, long offset, DirectoryReply reply) {
    called("readdir");
    List<Node> children = nodes.get(node).children;
    long next = offset;
    while (next < children.size() + 2 && add(reply, node, children, next)) {
      next++;
    }
  }

  @Override
  public void readdirplus(
      Request request, long node, long handle, long offset, DirectoryPlusReply reply) {
    called("readdirplus");
    List<Node> children = nodes.get(node).children;
    long next = offset;
    while (next < children.size() + 2 && add(reply, node, children, next)) {
      if (next >= 2) {
        found(children.get((int) next - 2), reply.entry());
      }
      next++;
    }
  }

  private static boolean add(Listing listing, long node, List<Node> children, long at) {
    if (at < 2) {
      byte[] dots = at == 0 ? utf8(".") : utf8("..");
      return listing.add(dots, dots.length, node, FileType.DIRECTORY, at + 1);
    }
    Node child = children.get((int) at - 2);
    return listing.add(child.name, child.name.length, child.id, child.type, at + 1);
  }

  @Override
  public void releasedir(Request request, long node, long handle) {
    called(handle == node * 2 ? "releasedir" : "releasedir of a wrong handle");
  }

  @Override
  public void statfs(Request request, long node, StatfsReply reply) {
    called("statfs");
    reply.blocks(1000, 0).files(nodes.size(), 0);
  }

  @Override
  public void getxattr(Request request, long node, Name name, XattrReply reply)
      throws FuseException {
    called("getxattr");
    called("getxattr " + name);
    if (!name.is(utf8(XATTR))) {
      throw Errno.ENODATA.exception();
    }
    byte[] value = Arrays.copyOf(utf8("value of " + node), 20);
    reply.value(value, value.length);
  }

  @Override
  public void listxattr(Request request, long node, XattrListReply reply) throws FuseException {
    called("listxattr");
    reply.add(utf8(XATTR));
    reply.add(utf8("user.other"));
  }
}
