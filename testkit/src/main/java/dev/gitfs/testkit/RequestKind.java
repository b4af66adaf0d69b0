package dev.gitfs.testkit;

/** What a client asks of a git server over HTTP. */
public enum RequestKind {
  /** The advertisement: {@code GET …/info/refs}. In protocol v2 the capabilities. */
  INFO_REFS,
  /** Protocol v2's {@code command=ls-refs}. */
  LS_REFS,
  /** Protocol v2's {@code command=fetch}, and any upload-pack request of v0. */
  FETCH,
  /** Protocol v2's {@code command=object-info}. */
  OBJECT_INFO,
  /** Anything else. */
  OTHER
}
