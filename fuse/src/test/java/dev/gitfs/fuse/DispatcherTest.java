package dev.gitfs.fuse;

import static dev.gitfs.fuse.MemoryFileSystem.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.FakeChannel.Answer;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.linux.Proc;
import dev.gitfs.fuse.wire.Opcode;
import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests, without a kernel. */
@Timeout(20)
class DispatcherTest {
  private static final MountOptions OPTIONS = MountOptions.readOnly("example", "test").readers(1);

  private static final byte[] NUL = {0};

  private final FakeChannel kernel = new FakeChannel();
  private Session session;

  @TempDir private Path proc;

  private void serve(FileSystem fs) throws IOException, InterruptedException {
    kernel.init(7, 45);
    session = Session.start(fs, kernel, OPTIONS, new Proc(proc));
    kernel.answer();
  }

  /** The thread that all requests come from has these signals pending. */
  private void pending(String mask) throws IOException {
    Path status = Files.createDirectories(proc.resolve("4711")).resolve("status");
    Path written = Files.writeString(proc.resolve("written"), "SigPnd:\t" + mask + "\n");
    Files.move(written, status, StandardCopyOption.ATOMIC_MOVE);
  }

  @AfterEach
  void end() throws InterruptedException {
    kernel.fail(Errors.ENODEV);
    session.lifetime().await();
    assertThat(kernel.closed).isTrue();
  }

  private Answer ask(int opcode, long node, Object... body) throws InterruptedException {
    kernel.request(opcode, 100, node, body);
    return kernel.answer();
  }

  @Test
  void aLookupIsAnsweredWithTheEntry() throws Exception {
    var fs = new MemoryFileSystem();
    var node = fs.file(fs.root, "hello", "Hello");
    serve(fs);

    Answer answer = ask(Opcode.LOOKUP, FileSystem.ROOT, utf8("hello"), NUL);

    assertThat(answer.unique()).isEqualTo(100);
    assertThat(answer.error()).isZero();
    assertThat(answer.body()).hasSize(EntryOut.SIZE);
    assertThat(answer.fields().getLong(EntryOut.NODEID)).isEqualTo(node.id);
    assertThat(answer.fields().getLong(EntryOut.ENTRY_VALID)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatIsNotKnownIsEnosys() throws Exception {
    serve(new MemoryFileSystem());

    assertThat(ask(52, 1, new byte[64]).error()).isEqualTo(-Errno.ENOSYS.number());
    assertThat(ask(4096, 1).error()).isEqualTo(-Errno.ENOSYS.number());
    assertThat(ask(-1, 1).error()).isEqualTo(-Errno.ENOSYS.number());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Opcode.SETATTR,
        Opcode.MKDIR,
        Opcode.UNLINK,
        Opcode.RENAME2,
        Opcode.WRITE,
        Opcode.CREATE
      })
  void whatWouldChangeSomethingIsErofs(int opcode) throws Exception {
    serve(new MemoryFileSystem());

    assertThat(ask(opcode, 1, new byte[100]).error()).isEqualTo(-Errno.EROFS.number());
  }

  @Test
  void anErrorIsEioAndReportedAndTheReaderGoesOn() throws Exception {
    var reported = new LinkedBlockingQueue<String>();
    serve(
        new MemoryFileSystem() {
          @Override
          public void failed(String what, Throwable failure) {
            reported.add(what + ": " + failure);
          }

          @Override
          public void getattr(Request request, long node, AttributesReply reply)
              throws FuseException, InterruptedException {
            if (node == 666) {
              throw new StackOverflowError();
            }
            super.getattr(request, node, reply);
          }
        });

    assertThat(ask(Opcode.GETATTR, 666, new byte[16]).error()).isEqualTo(-Errno.EIO.number());
    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).error()).isZero();
    assertThat(reported.poll(10, TimeUnit.SECONDS))
        .isEqualTo("operation 3 on node 666: java.lang.StackOverflowError");
  }

  @Test
  void anOperationWithoutAnAnswerIsEio() throws Exception {
    serve(
        new MemoryFileSystem() {
          @Override
          public void lookup(Request request, long parent, Name name, EntryReply reply) {}
        });

    Answer answer = ask(Opcode.LOOKUP, 1, utf8("x"), NUL);

    assertThat(answer.error()).isEqualTo(-Errno.EIO.number());
  }

  @Test
  void whoAsksIsKnown() throws Exception {
    var seen = new AtomicReference<String>();
    serve(
        new MemoryFileSystem() {
          @Override
          public void access(Request request, long node, int mask) {
            seen.set(request.uid() + " " + request.gid() + " " + request.pid() + " " + mask);
          }
        });

    assertThat(ask(Opcode.ACCESS, 1, 4, 0).error()).isZero();
    assertThat(seen).hasValue("1000 1001 4711 4");
  }

  @Test
  void aRequestThatWaitsDelaysNoOther() throws Exception {
    var gate = new CountDownLatch(1);
    var fs = new MemoryFileSystem();
    var slow = fs.slowFile(fs.root, "slow", "at last", gate);
    serve(fs);

    for (int i = 0; i < 100; i++) {
      kernel.request(Opcode.READ, 1000 + 2 * i, slow.id, 0L, 0L, 4096, 0, 0L, 0, 0);
    }
    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).unique()).isEqualTo(100);
    gate.countDown();
    for (int i = 0; i < 100; i++) {
      assertThat(kernel.answer().body()).isEqualTo(utf8("at last"));
    }
  }

  @Test
  void aSignalThatIsNotFatalEndsNoRequestButAFatalOneAfterIt() throws Exception {
    var fs = new MemoryFileSystem();
    var slow = fs.slowFile(fs.root, "slow", "never", new CountDownLatch(1));
    serve(fs);
    pending("0000000000010000");

    kernel.request(Opcode.READ, 200, slow.id, 0L, 0L, 4096, 0, 0L, 0, 0);
    fs.awaitCalls("waiting read", 1);
    kernel.request(Opcode.INTERRUPT, 201, 0, 200L);
    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).unique()).isEqualTo(100);
    Thread.sleep(200);
    assertThat(kernel.hasAnswer()).isFalse();

    // The kernel does not tell a second time.
    pending("0000000000010100");
    Answer answer = kernel.answer();
    assertThat(answer.unique()).isEqualTo(200);
    assertThat(answer.error()).isEqualTo(-Errno.EINTR.number());
  }

  @Test
  void whatIsOverdueIsAnsweredInTimeAndGoesOn() throws Exception {
    var gate = new CountDownLatch(1);
    var waiting = new WaitingThreads();
    var deadlines = new Deadlines(kernel, waiting, Duration.ofMillis(2));
    serve(new MemoryFileSystem());
    var work =
        Thread.startVirtualThread(() -> {
          waiting.enter(500, 4711);
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          waiting.leave(500);
        });
    while (!waiting.isWaiting(500)) {
      Thread.onSpinWait();
    }
    Thread.sleep(2);

    deadlines.answerOverdue();
    assertThat(kernel.answer()).matches(a -> a.unique() == 500 && a.error() == -110);
    deadlines.answerOverdue();
    assertThat(kernel.hasAnswer()).isFalse();
    assertThat(work.isAlive()).isTrue();
    gate.countDown();
    work.join();
  }

  @Test
  void anInterruptedRequestIsEintr() throws Exception {
    pending("0000000000000100");
    var fs = new MemoryFileSystem();
    var slow = fs.slowFile(fs.root, "slow", "never", new CountDownLatch(1));
    serve(fs);

    kernel.request(Opcode.READ, 200, slow.id, 0L, 0L, 4096, 0, 0L, 0, 0);
    // Sent again for as long as the answer is EAGAIN, as the kernel does.
    Answer answer;
    do {
      kernel.request(Opcode.INTERRUPT, 201, 0, 200L);
      answer = kernel.answer();
    } while (answer.unique() == 201 && answer.error() == -Errno.EAGAIN.number());

    assertThat(answer.unique()).isEqualTo(200);
    assertThat(answer.error()).isEqualTo(-Errno.EINTR.number());
  }

  @Test
  void anInterruptForARequestNotSeenIsSentBack() throws Exception {
    serve(new MemoryFileSystem());

    kernel.request(Opcode.INTERRUPT, 301, 0, 300L);

    assertThat(kernel.answer()).matches(a -> a.unique() == 301 && a.error() == -11);
  }

  @Test
  void forgettingHasNoAnswer() throws Exception {
    var fs = new MemoryFileSystem();
    var one = fs.file(fs.root, "one", "");
    var two = fs.file(fs.root, "two", "");
    one.lookups.set(3);
    two.lookups.set(4);
    serve(fs);

    kernel.request(Opcode.FORGET, 100, one.id, 2L);
    // A node that does not exist makes the file system fail: the others count nevertheless.
    kernel.request(Opcode.BATCH_FORGET, 102, 0, 3, 0, 999L, 1L, one.id, 1L, two.id, 4L);

    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).unique()).isEqualTo(100);
    assertThat(fs.lookupsHeld()).isZero();
    assertThat(kernel.hasAnswer()).isFalse();
  }

  @Test
  void lookupsInAnAnswerNobodyTookAreForgotten() throws Exception {
    var fs = new MemoryFileSystem();
    fs.file(fs.root, "one", "");
    fs.file(fs.root, "another", "");
    serve(fs);

    kernel.refuseAnswersWith = Errors.ENOENT;
    ask(Opcode.LOOKUP, 1, utf8("one"), NUL);
    ask(Opcode.READDIRPLUS, 1, 0L, 0L, 4096, 0, 0L, 0, 0);
    kernel.refuseAnswersWith = 0;
    ask(Opcode.GETATTR, 1, new byte[16]);

    assertThat(fs.calls("forget")).isEqualTo(3);
    assertThat(fs.lookupsHeld()).isZero();
  }

  @Test
  void nativeMemoryIsSentAsItIs() throws Exception {
    serve(
        new MemoryFileSystem() {
          @Override
          public void read(
              Request request, long node, long handle, long offset, int size, ReadReply reply) {
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment text = arena.allocateFrom("straight");
              reply.send(text.asSlice(0, 8));
            }
            throw new IllegalStateException("too late to matter");
          }
        });

    assertThat(ask(Opcode.READ, 1, 0L, 0L, 4096, 0, 0L, 0, 0).body()).isEqualTo(utf8("straight"));
    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).error()).isZero();
    assertThat(kernel.hasAnswer()).isFalse();
  }

  @Test
  void passingFailuresToReadAreNotTheEnd() throws Exception {
    serve(new MemoryFileSystem());

    kernel.fail(Errors.EINTR);
    kernel.fail(Errors.EAGAIN);
    kernel.fail(Errors.ENOENT);

    assertThat(ask(Opcode.GETATTR, 1, new byte[16]).error()).isZero();
  }

  @Test
  void theEndInterruptsWhatWaits() throws Exception {
    var fs = new MemoryFileSystem();
    var slow = fs.slowFile(fs.root, "slow", "never", new CountDownLatch(1));
    serve(fs);
    kernel.request(Opcode.READ, 200, slow.id, 0L, 0L, 4096, 0, 0L, 0, 0);

    kernel.fail(Errors.ENODEV);
    session.lifetime().await();

    assertThat(fs.destroyed.getCount()).isZero();
    assertThat(session.connection().notifier().invalidateInode(1, 0, 0)).isFalse();
  }

  @Test
  void aListingStopsWhereTheAskedSizeEnds() throws Exception {
    var fs = new MemoryFileSystem();
    for (int i = 0; i < 100; i++) {
      fs.file(fs.root, "file" + i, "");
    }
    serve(fs);

    Answer answer = ask(Opcode.READDIR, 1, 0L, 0L, 500, 0, 0L, 0, 0);

    assertThat(answer.body().length).isBetween(460, 500);
  }

  @Test
  void xattrsAnswerTheirSizeTheirValueOrErange() throws Exception {
    var fs = new MemoryFileSystem();
    serve(fs);

    byte[] name = utf8(MemoryFileSystem.XATTR);
    assertThat(ask(Opcode.GETXATTR, 1, 0, 0, name, NUL).fields().getInt(0)).isEqualTo(20);
    assertThat(ask(Opcode.GETXATTR, 1, 20, 0, name, NUL).body()).hasSize(20);
    assertThat(ask(Opcode.GETXATTR, 1, 19, 0, name, NUL).error()).isEqualTo(-34);
    assertThat(ask(Opcode.GETXATTR, 1, 0, 0, utf8("user.no"), NUL).error()).isEqualTo(-61);
    assertThat(ask(Opcode.LISTXATTR, 1, 0, 0).fields().getInt(0)).isEqualTo(24);
    assertThat(ask(Opcode.LISTXATTR, 1, 100, 0).body())
        .isEqualTo(utf8("user.example\0user.other\0"));
    assertThat(ask(Opcode.LISTXATTR, 1, 20, 0).error()).isEqualTo(-34);
  }
}
