package dev.gitfs.bench;

/** Something that the person at the keyboard must change; its message says what. */
final class UsageException extends RuntimeException {

  UsageException(String message) {
    super(message);
  }
}
