package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.mount.prefetch.PathFetch;

/**
 * How far the fetching of what was named is.
 *
 * @param objects that have come
 * @param received what has been received for them
 * @param wanted objects that are to come, those included that have, as far as is known
 * @param files named, whether they had to be fetched or not
 * @param leftOut of them, those that were left out for the bound on bytes
 * @param firstLeftOut the first of these; empty if there is none
 * @param refused files and directories that the server does not give
 * @param firstRefused the first of these, and why; empty if there is none
 */
public record PrefetchProgress(
    long objects,
    ByteSize received,
    long wanted,
    long files,
    long leftOut,
    String firstLeftOut,
    long refused,
    String firstRefused) {

  static final PrefetchProgress NONE = new PrefetchProgress(0, new ByteSize(0), 0, 0, 0, "", 0, "");

  static PrefetchProgress of(PathFetch.Progress progress) {
    return new PrefetchProgress(
        progress.objects(),
        new ByteSize(progress.bytes()),
        progress.wanted(),
        progress.files(),
        progress.leftOut(),
        progress.firstLeftOut().orElse(""),
        progress.refused(),
        progress.firstRefused().orElse(""));
  }

  /** Of both together. */
  PrefetchProgress plus(PrefetchProgress other) {
    return new PrefetchProgress(
        objects + other.objects,
        new ByteSize(received.bytes() + other.received.bytes()),
        wanted + other.wanted,
        files + other.files,
        leftOut + other.leftOut,
        firstLeftOut.isEmpty() ? other.firstLeftOut : firstLeftOut,
        refused + other.refused,
        firstRefused.isEmpty() ? other.firstRefused : firstRefused);
  }

  /** For people. */
  @Override
  public String toString() {
    return objects + (objects == 1 ? " object, " : " objects, ") + received;
  }
}
