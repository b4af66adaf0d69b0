package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Errors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Plays the kernel: sends the requests a test makes, and keeps the answers. */
final class FakeChannel implements Channel {
  /** One answer or notification. */
  record Answer(long unique, int error, byte[] body) {
    ByteBuffer fields() {
      return ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
    }
  }

  private sealed interface Event {}

  private record Request(byte[] bytes) implements Event {}

  private record Failure(int errno) implements Event {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  final AtomicBoolean closed = new AtomicBoolean();
  volatile int refuseAnswersWith;

  void request(int opcode, long unique, long node, Object... body) {
    events.add(new Request(bytes(opcode, unique, node, body)));
  }

  /** The next read fails. */
  void fail(int errno) {
    events.add(new Failure(errno));
  }

  void init(int major, int minor) {
    request(26, 2, 0, major, minor, 131072, -1, -1, new byte[44]);
  }

  Answer answer() throws InterruptedException {
    Answer answer = answers.poll(10, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("No answer came");
    }
    return answer;
  }

  boolean hasAnswer() {
    return !answers.isEmpty();
  }

  static byte[] bytes(int opcode, long unique, long node, Object... body) {
    ByteBuffer buffer = ByteBuffer.allocate(70_000).order(ByteOrder.nativeOrder());
    buffer.position(4).putInt(opcode).putLong(unique).putLong(node);
    buffer.putInt(1000).putInt(1001).putInt(4711).putInt(0);
    for (Object field : body) {
      switch (field) {
        case Integer number -> buffer.putInt(number);
        case Long number -> buffer.putLong(number);
        case byte[] bytes -> buffer.put(bytes);
        default -> throw new IllegalArgumentException(field.toString());
      }
    }
    buffer.putInt(0, buffer.position());
    byte[] request = new byte[buffer.position()];
    buffer.get(0, request);
    return request;
  }

  @Override
  public long read(MemorySegment into, MemorySegment scratch) {
    try {
      return switch (events.take()) {
        case Request(byte[] bytes) -> {
          into.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
          yield bytes.length;
        }
        case Failure(int errno) -> {
          if (errno == Errors.ENODEV) {
            events.add(new Failure(errno)); // for the other readers
          }
          yield -errno;
        }
      };
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public long write(MemorySegment from, long offset, long length, MemorySegment scratch) {
    return keep(from.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public long write(
      MemorySegment from, long offset, long length, MemorySegment body, MemorySegment scratch) {
    ByteBuffer whole = ByteBuffer.allocate((int) (length + body.byteSize()));
    whole.put(from.asSlice(offset, length).asByteBuffer()).put(body.asByteBuffer());
    return keep(whole.array());
  }

  private long keep(byte[] message) {
    ByteBuffer fields = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
    if (fields.getInt(0) != message.length) {
      return -Errors.EINVAL;
    }
    byte[] body = new byte[message.length - 16];
    fields.get(16, body);
    long result = refuseAnswersWith != 0 ? -refuseAnswersWith : message.length;
    answers.add(new Answer(fields.getLong(8), fields.getInt(4), body));
    return result;
  }

  @Override
  public void close() {
    closed.set(true);
  }
}
