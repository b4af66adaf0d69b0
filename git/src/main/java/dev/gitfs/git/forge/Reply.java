package dev.gitfs.git.forge;

/** What came of a question to a forge's API. */
sealed interface Reply<T> {

  record Told<T>(T value) implements Reply<T> {}

  /** What was known, by its ETag, still holds. */
  record Unchanged<T>() implements Reply<T> {}

  /** There is no such thing, or not for this user. */
  record Missing<T>() implements Reply<T> {}

  /** No answer: no right to ask, too many requests, no connection, a failure of the forge's. */
  record None<T>() implements Reply<T> {}
}
