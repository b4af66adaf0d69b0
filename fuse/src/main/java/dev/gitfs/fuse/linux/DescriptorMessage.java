package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A struct msghdr that takes one byte and, beside it, one descriptor (SCM_RIGHTS). */
final class DescriptorMessage {
  private static final int IOV = 16;
  private static final int IOVLEN = 24;
  private static final int CONTROL = 32;
  private static final int CONTROLLEN = 40;
  private static final int MSGHDR_SIZE = 56;

  /** In a struct cmsghdr: length, then level and type, then the descriptor. */
  private static final int CMSG_LEVEL = 8;

  private static final int CMSG_TYPE = 12;
  private static final int CMSG_FIRST = 16;
  private static final int CMSG_SIZE = 24;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private final MemorySegment header;
  private final MemorySegment control;

  DescriptorMessage(Arena arena) {
    header = arena.allocate(MSGHDR_SIZE, Long.BYTES);
    control = arena.allocate(CMSG_SIZE, Long.BYTES);
    MemorySegment vector = arena.allocate(JAVA_LONG, 2);
    vector.setAtIndex(JAVA_LONG, 0, arena.allocate(JAVA_BYTE).address());
    vector.setAtIndex(JAVA_LONG, 1, 1);
    header.set(JAVA_LONG, IOV, vector.address());
    header.set(JAVA_LONG, IOVLEN, 1);
    header.set(JAVA_LONG, CONTROL, control.address());
    header.set(JAVA_LONG, CONTROLLEN, CMSG_SIZE);
  }

  MemorySegment header() {
    return header;
  }

  /** What came with the message, or -1. */
  int descriptor() {
    boolean there =
        header.get(JAVA_LONG, CONTROLLEN) >= CMSG_FIRST + Integer.BYTES
            && control.get(JAVA_INT, CMSG_LEVEL) == SOL_SOCKET
            && control.get(JAVA_INT, CMSG_TYPE) == SCM_RIGHTS;
    return there ? control.get(JAVA_INT, CMSG_FIRST) : -1;
  }
}
