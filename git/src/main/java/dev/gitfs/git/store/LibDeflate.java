package dev.gitfs.git.store;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inflates what is in memory as a whole, by libdeflate: at 780 MB a second where the JDK's zlib
 * does 320, which is a tenth of all the processor time that reading a repository to its end takes.
 * Where that library is not installed, the JDK's does it all. For one thread.
 */
public final class LibDeflate implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LibDeflate.class);

  /** What 1.0 of 2018 and all later ones are called. */
  private static final String LIBRARY = "libdeflate.so.0";

  /** libdeflate.h: LIBDEFLATE_SUCCESS. */
  private static final int SUCCESS = 0;

  /** More than zlib adds to what cannot be deflated, beside an eighth. */
  private static final int SLACK = 64;

  /**
   * That of decompress. The two others have fewer parameters and do not look at more; for another
   * signature the JVM would make other code, as the first pack arrives.
   */
  private static final FunctionDescriptor SIGNATURE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);

  private record Functions(MethodHandle allocate, MethodHandle free, MethodHandle decompress) {

    private static long call(MethodHandle function, long argument) {
      try {
        return (long)
            function.invokeExact(
                argument, MemorySegment.NULL, 0L, MemorySegment.NULL, 0L, MemorySegment.NULL, 0L);
      } catch (Throwable e) {
        throw impossible(e);
      }
    }
  }

  /** Linked beside what is done meanwhile: a mount's first pack does not wait for it. */
  private static final CompletableFuture<Optional<Functions>> FUNCTIONS =
      CompletableFuture.supplyAsync(LibDeflate::load, Thread.ofVirtual()::start);

  /**
   * The collector waits while so much is inflated: for ten milliseconds, which is as rare as files
   * of that size are.
   */
  static final int MOST_AT_ONCE = PackEntry.MOST_HELD;

  private final Functions functions;
  private final long decompressor;

  /** Where the function puts how much it took. */
  private final long[] taken = new long[1];

  private LibDeflate(Functions functions, long decompressor) {
    this.functions = functions;
    this.decompressor = decompressor;
  }

  /** Whether it is, for those who tell people. */
  public static boolean isInstalled() {
    return FUNCTIONS.join().isPresent();
  }

  /** Empty where the library is not installed, and for a moment after the first call. */
  static Optional<LibDeflate> open() {
    return FUNCTIONS.getNow(Optional.empty()).flatMap(LibDeflate::open);
  }

  private static Optional<LibDeflate> open(Functions functions) {
    long decompressor = Functions.call(functions.allocate, 0);
    return decompressor == 0
        ? Optional.empty()
        : Optional.of(new LibDeflate(functions, decompressor));
  }

  /**
   * Inflates a zlib stream that starts at {@code offset} and holds exactly {@code size} bytes.
   *
   * @return how many bytes of {@code source} the stream takes, or -1 if it does not end within
   *     {@code length} of them, or is no such stream
   */
  int inflate(byte[] source, int offset, int length, byte[] target, int size) {
    try {
      // Without a place to put the size, another size than this is an error.
      long result =
          (long)
              functions.decompress.invokeExact(
                  decompressor,
                  MemorySegment.ofArray(source).asSlice(offset, length),
                  (long) length,
                  MemorySegment.ofArray(target),
                  (long) size,
                  MemorySegment.ofArray(taken),
                  0L);
      return (int) result == SUCCESS ? (int) taken[0] : -1;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Gives back its memory; it must not be used again. */
  @Override
  public void close() {
    Functions.call(functions.free, decompressor);
  }

  /** What a zlib stream of {@code size} bytes takes at most where deflating does not help. */
  static int mostDeflated(int size) {
    return size + size / 8 + SLACK;
  }

  private static Optional<Functions> load() {
    try {
      var library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
      var linker = Linker.nativeLinker();
      // Takes arrays where they are. The collector waits meanwhile.
      var critical = Linker.Option.critical(true);
      return Optional.of(
          new Functions(
              linker.downcallHandle(
                  library.findOrThrow("libdeflate_alloc_decompressor"), SIGNATURE, critical),
              linker.downcallHandle(
                  library.findOrThrow("libdeflate_free_decompressor"), SIGNATURE, critical),
              linker.downcallHandle(
                  library.findOrThrow("libdeflate_zlib_decompress_ex"), SIGNATURE, critical)));
    } catch (IllegalArgumentException | NoSuchElementException e) {
      LOG.debug("{} is not here, or lacks a function: the JDK's zlib does it all", LIBRARY, e);
      return Optional.empty();
    }
  }

  private static AssertionError impossible(Throwable e) {
    return new AssertionError("libdeflate throws nothing", e);
  }
}
