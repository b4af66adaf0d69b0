package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.linux.Proc;
import dev.gitfs.fuse.wire.Opcode;
import dev.gitfs.fuse.wire.RequestStruct.InterruptIn;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Takes requests from a channel, has them run and sends the answers.
 *
 * <p>A reader thread runs each operation itself. If the operation says that it will wait, the
 * exchange with its buffers goes to a virtual thread, which runs it again from its start, and the
 * reader goes on with another exchange at once. Nothing is allocated for an operation that does not
 * wait.
 */
final class Dispatcher {
  private static final Logger LOG = System.getLogger(Dispatcher.class.getName());

  /**
   * How long an interrupt waits for its request to be seen before it is sent back to the kernel. A
   * request is between a reader and its virtual thread for microseconds.
   */
  private static final long INTERRUPT_RETRY_MILLIS = 1;

  /** How often to look whether a signal has come that is fatal. A process that dies so waits. */
  private static final long FATAL_LOOK_MILLIS = 50;

  private final FileSystem fileSystem;
  private final Operations operations;
  private final ExchangePool pool;
  private final Lifetime lifetime;
  private final WaitingThreads waiting;
  private final Proc proc;
  private final Thread.Builder.OfVirtual threads = Thread.ofVirtual().name("fuse-request-", 0);

  Dispatcher(
      FileSystem fileSystem,
      Features features,
      ExchangePool pool,
      Lifetime lifetime,
      WaitingThreads waiting,
      Proc proc) {
    this.waiting = waiting;
    this.proc = proc;
    this.fileSystem = fileSystem;
    this.operations = new Operations(features);
    this.pool = pool;
    this.lifetime = lifetime;
  }

  /** The life of a reader thread, which is a user of the lifetime already. */
  void readAll(Channel channel) {
    try {
      Exchange exchange = pool.take();
      while (receive(exchange, channel)) {
        exchange = serve(exchange);
      }
      pool.giveBack(exchange);
    } finally {
      waiting.end();
      lifetime.leave();
    }
  }

  /** Waits for the next request; false if there will be none. */
  private static boolean receive(Exchange exchange, Channel channel) {
    while (true) {
      long result = exchange.receive(channel);
      if (result >= 0) {
        return true;
      }
      switch ((int) -result) {
        // ENOENT: the request was given up while it was copied.
        case Errors.EINTR, Errors.EAGAIN, Errors.ENOENT -> {}
        case Errors.ENODEV, Errors.ECONNABORTED -> {
          return false;
        }
        default -> {
          LOG.log(Level.ERROR, "Cannot read requests any more: errno {0}", -result);
          return false;
        }
      }
    }
  }

  /** Has a request answered, now or later; answers the exchange to read the next one into. */
  private Exchange serve(Exchange exchange) {
    try {
      run(exchange);
      return exchange;
    } catch (WaitSignal signal) {
      return handOver(exchange);
    }
  }

  private Exchange handOver(Exchange exchange) {
    Exchange next = null;
    try {
      next = pool.take();
      lifetime.enter();
      threads.unstarted(() -> runWaiting(exchange)).start();
      return next;
    } catch (Throwable e) {
      // Most likely out of memory. The reader must live on, and the request be answered.
      if (next != null) {
        pool.giveBack(next);
        lifetime.leave();
      }
      finish(exchange, Errno.ENOMEM);
      report("a thread for operation " + exchange.opcode(), e);
      return exchange;
    }
  }

  private void runWaiting(Exchange exchange) {
    long unique = exchange.unique();
    waiting.enter(unique, exchange.request().pid());
    try {
      exchange.mayWait();
      run(exchange);
    } finally {
      waiting.leave(unique);
      pool.giveBack(exchange);
      lifetime.leave();
    }
  }

  private void run(Exchange exchange) {
    Errno failure = null;
    Throwable defect = null;
    try {
      if (exchange.opcode() == Opcode.INTERRUPT) {
        interrupt(exchange);
      } else {
        operations.of(exchange.opcode()).run(fileSystem, exchange);
      }
      if (!exchange.isOver() && !exchange.out().isAnswered()) {
        throw new IllegalStateException("The operation returned without an answer");
      }
    } catch (FuseException e) {
      failure = e.errno();
    } catch (InterruptedException e) {
      failure = Errno.EINTR;
    } catch (WaitSignal signal) {
      throw signal;
    } catch (Throwable e) {
      failure = Errno.EIO;
      defect = e;
    }
    finish(exchange, failure);
    if (defect != null) {
      report("operation " + exchange.opcode() + " on node " + exchange.node(), defect);
    }
  }

  /** Out of memory, even a line of a log may fail; that must not be the end of a reader. */
  private void report(String what, Throwable defect) {
    try {
      fileSystem.failed(what, defect);
    } catch (Throwable unheard) {
      defect.addSuppressed(unheard);
    }
  }

  /**
   * A signal has come for a process that waits. The kernel tells of any signal, also of those after
   * which a system call goes on, and it tells once (request_wait_answer in fs/fuse/dev.c); on a
   * local disk only a fatal one would end the call. So this looks for one as long as the request
   * waits.
   */
  private void interrupt(Exchange exchange) throws FuseException, InterruptedException {
    long request = exchange.u64(InterruptIn.UNIQUE);
    if (!waiting.isWaiting(request)) {
      exchange.request().willWait();
      Thread.sleep(INTERRUPT_RETRY_MILLIS);
      if (!waiting.isWaiting(request)) {
        // The kernel sends it again if the request is still open, and else forgets it.
        throw Errno.EAGAIN.exception();
      }
    }
    while (waiting.isWaiting(request) && !proc.isDying(waiting.asker(request))) {
      exchange.request().willWait();
      Thread.sleep(FATAL_LOOK_MILLIS);
    }
    waiting.interrupt(request);
    exchange.noAnswer();
  }

  private void finish(Exchange exchange, Errno failure) {
    long result;
    if (exchange.isOver()) {
      result = exchange.sent();
    } else if (failure != null) {
      result = exchange.sendError(failure);
    } else {
      result = exchange.send();
      if (result < 0) {
        Operations.unsent(fileSystem, exchange);
      }
    }
    if (result < 0) {
      switch ((int) -result) {
        // The process was killed, or the mount is gone: nobody waits for this any more.
        case Errors.ENOENT, Errors.ENODEV, Errors.ECONNABORTED -> {}
        default ->
            LOG.log(
                Level.ERROR,
                "The kernel refused the answer to operation {0}: errno {1}",
                exchange.opcode(),
                -result);
      }
    }
  }
}
