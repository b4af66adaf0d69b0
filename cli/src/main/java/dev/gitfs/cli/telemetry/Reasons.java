package dev.gitfs.cli.telemetry;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/** What people are told of an exception: those of {@code java.nio.file} say no more than a path. */
public final class Reasons {

  private Reasons() {}

  /** The message, and of a file what is the matter with it. */
  public static String of(Exception e) {
    if (e instanceof FileSystemException failure && failure.getReason() == null) {
      return failure.getFile() + reason(failure).map(reason -> ": " + reason).orElse("");
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static Optional<String> reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> Optional.of("permission denied");
      case NoSuchFileException _ -> Optional.of("no such file or directory");
      case FileAlreadyExistsException _ -> Optional.of("is in the way");
      case NotDirectoryException _ -> Optional.of("not a directory");
      default -> Optional.empty();
    };
  }
}
