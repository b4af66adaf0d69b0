package dev.gitfs.bench.transport;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.AttributesReply;
import dev.gitfs.fuse.DirectoryReply;
import dev.gitfs.fuse.EntryReply;
import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.Features;
import dev.gitfs.fuse.FileSystem;
import dev.gitfs.fuse.FileType;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.OpenReply;
import dev.gitfs.fuse.ReadReply;
import dev.gitfs.fuse.Request;
import dev.gitfs.fuse.Validity;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** The toy file system in Java: what toyfs.c is in C, request by request. */
final class ToyFileSystem implements FileSystem {
  private static final int ENTRIES = 20_000;
  private static final int SMALL_SIZE = 4096;
  private static final long LARGE_SIZE = 1L << 30;
  private static final int CHUNK = 1 << 20;

  private static final long DIRECTORY = 2;
  private static final long LARGE = 3;
  private static final long FIRST_FILE = 10;

  private static final byte[] DIRECTORY_NAME = "directory".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LARGE_NAME = "large".getBytes(StandardCharsets.US_ASCII);

  private final MemorySegment content = Arena.global().allocate(CHUNK).fill((byte) 'x');
  private final ThreadLocal<byte[]> fileName = ThreadLocal.withInitial(() -> new byte[6]);

  @Override
  public Features features() {
    return new Features(true, true, Features.ReadDirPlus.NEVER, false);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException {
    long node = find(parent, name);
    if (node == 0) {
      throw Errno.ENOENT.exception();
    }
    describe(node, reply.found(node, 0, Validity.NONE, Validity.NONE));
  }

  private static long find(long parent, Name name) {
    if (parent == ROOT) {
      return name.is(DIRECTORY_NAME) ? DIRECTORY : name.is(LARGE_NAME) ? LARGE : 0;
    }
    if (parent != DIRECTORY || name.length() != 6 || name.bytes()[0] != 'f') {
      return 0;
    }
    int number = 0;
    for (int i = 1; i < 6; i++) {
      number = number * 10 + name.bytes()[i] - '0';
    }
    return number >= 0 && number < ENTRIES ? FIRST_FILE + number : 0;
  }

  private static void describe(long node, Attributes attributes) {
    boolean directory = node == ROOT || node == DIRECTORY;
    long size = directory ? 0 : node == LARGE ? LARGE_SIZE : SMALL_SIZE;
    attributes
        .ino(node)
        .mode(directory ? FileType.DIRECTORY.mode(0755) : FileType.REGULAR.mode(0644))
        .nlink(directory ? 2 : 1)
        .size(size)
        .blocks((size + 511) / 512)
        .times(1_000_000_000, 0);
  }

  @Override
  public void forget(long node, long lookups) {}

  @Override
  public void getattr(Request request, long node, AttributesReply reply) throws FuseException {
    describe(node, reply.validFor(Validity.NONE));
  }

  @Override
  public void open(Request request, long node, int flags, OpenReply reply) {
    reply.handle(node);
  }

  @Override
  public void read(
      Request request, long node, long handle, long offset, int size, ReadReply reply) {
    long end = node == LARGE ? LARGE_SIZE : SMALL_SIZE;
    reply.send(content.asSlice(0, Math.clamp(end - offset, 0, Math.min(size, CHUNK))));
  }

  @Override
  public void opendir(Request request, long node, int flags, OpenReply reply) {
    reply.handle(node);
  }

  @Override
  public void readdir(Request request, long node, long handle, long offset, DirectoryReply reply) {
    byte[] name = fileName.get();
    for (int at = (int) offset; at < ENTRIES; at++) {
      name[0] = 'f';
      for (int i = 5, rest = at; i > 0; i--, rest /= 10) {
        name[i] = (byte) ('0' + rest % 10);
      }
      if (!reply.add(name, name.length, FIRST_FILE + at, FileType.REGULAR, at + 1)) {
        break;
      }
    }
  }
}
