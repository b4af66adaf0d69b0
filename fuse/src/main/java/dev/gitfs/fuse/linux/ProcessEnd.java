package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The end of a process whose JVM would hesitate. At its end, {@code halt} included, HotSpot waits
 * for threads that are in native code, for 0.3 s ({@code
 * VM_Exit::wait_for_threads_in_native_to_block}), and in a JVM that has started another process one
 * always is: the one that waits for that process.
 */
public final class ProcessEnd {
  private static final MethodHandle EXIT =
      Libc.handle("_exit", FunctionDescriptor.ofVoid(JAVA_INT));

  private ProcessEnd() {}

  /** Links this process to libc, which {@link #now} would else do. */
  public static void prepare() {
    Objects.requireNonNull(EXIT);
  }

  /** Ends the process, now and with nothing run or written before that. */
  public static void now(int status) {
    try {
      EXIT.invokeExact(status);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
