package dev.gitfs.fuse;

import static dev.gitfs.fuse.MemoryFileSystem.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.wire.Opcode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fast operation leaves nothing for the garbage collector. */
class AllocationTest {
  private static final MountOptions OPTIONS = MountOptions.readOnly("example", "test").readers(1);

  private static final int WARM_UP = 50_000;
  private static final int MEASURED = 10_000;

  /** Sends one request over and over, and looks at what its reader has allocated. */
  private static final class Repeating implements Channel {
    private final byte[] init = FakeChannel.bytes(26, 2, 0, 7, 45, 131072, -1, -1, new byte[44]);
    private final byte[] request;
    private final AtomicLong allocated = new AtomicLong();
    private final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int reads = -1;

    Repeating(byte[] request) {
      this.request = request;
    }

    @Override
    public long read(MemorySegment into, MemorySegment scratch) {
      byte[] bytes = reads < 0 ? init : request;
      reads++;
      if (reads == WARM_UP) {
        allocated.set(-threads.getCurrentThreadAllocatedBytes());
      } else if (reads == WARM_UP + MEASURED) {
        allocated.addAndGet(threads.getCurrentThreadAllocatedBytes());
        return -Errors.ENODEV;
      }
      MemorySegment.copy(bytes, 0, into, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes.length);
      return bytes.length;
    }

    @Override
    public long write(MemorySegment from, long offset, long length, MemorySegment scratch) {
      return length;
    }

    @Override
    public long write(
        MemorySegment from, long offset, long length, MemorySegment body, MemorySegment scratch) {
      return length + body.byteSize();
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @ValueSource(ints = {Opcode.GETATTR, Opcode.LOOKUP, Opcode.READ, Opcode.FORGET})
  void aFastOperationAllocatesAlmostNothing(int opcode) throws IOException, InterruptedException {
    var fs =
        new MemoryFileSystem() {
          @Override
          public void read(
              Request request, long node, long handle, long offset, int size, ReadReply reply) {
            reply.bytes(root.content, 0, root.content.length);
          }

          @Override
          void called(String operation) {}
        };
    fs.file(fs.root, "file", "content");
    Object[] body =
        switch (opcode) {
          case Opcode.GETATTR -> new Object[] {new byte[16]};
          case Opcode.LOOKUP -> new Object[] {utf8("file"), new byte[1]};
          case Opcode.READ -> new Object[] {0L, 0L, 4096, 0, 0L, 0, 0};
          default -> new Object[] {0L};
        };
    var channel = new Repeating(FakeChannel.bytes(opcode, 100, FileSystem.ROOT, body));

    Session.start(fs, channel, OPTIONS).lifetime().await();

    // What there is, is the example's: it boxes ids and iterates.
    assertThat(channel.allocated.get() / MEASURED).isLessThanOrEqualTo(32);
  }
}
