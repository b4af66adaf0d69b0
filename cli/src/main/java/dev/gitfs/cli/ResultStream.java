package dev.gitfs.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Standard output, which remembers that it could not be written: a script shall not take half a
 * result for all of it.
 */
final class ResultStream extends OutputStream {

  /** What the reader of a pipe that ends early causes; it has what it wants. */
  private static final String READER_GONE = "Broken pipe";

  private static final int BUFFER = 8192;

  private final OutputStream target = new FileOutputStream(FileDescriptor.out);
  private Optional<IOException> failure = Optional.empty();

  private ResultStream() {}

  /** Takes the place of {@code System.out}. */
  static ResultStream onStandardOutput() {
    var stream = new ResultStream();
    System.setOut(
        new PrintStream(
            new java.io.BufferedOutputStream(stream, BUFFER), false, StandardCharsets.UTF_8));
    return stream;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      target.write(bytes, offset, length);
    } catch (IOException e) {
      failure = failure.or(() -> Optional.of(e));
      throw e;
    }
  }

  /** {@code status} if all was written; else says so, unless it is the reader that left. */
  int checked(int status) {
    System.out.flush();
    if (failure.isEmpty()) {
      return status;
    }
    String reason = String.valueOf(failure.get().getMessage());
    if (!reason.contains(READER_GONE)) {
      System.err.println("git-fs: standard output cannot be written: " + reason);
      System.err.flush();
    }
    return status == ExitStatus.OK ? ExitStatus.FAILED : status;
  }
}
