package dev.gitfs.mount.prefetch;

/**
 * What readers made of what was fetched ahead for them.
 *
 * @param readers readers that are followed now
 * @param windows requests under way for them now
 * @param asked files whose attributes or contents were asked for ahead of need
 * @param used how many of them a reader has come to since
 */
public record ReaderStatistics(int readers, int windows, long asked, long used) {

  public static final ReaderStatistics NONE = new ReaderStatistics(0, 0, 0, 0);

  /** Both together. */
  public ReaderStatistics plus(ReaderStatistics other) {
    return new ReaderStatistics(
        readers + other.readers, windows + other.windows, asked + other.asked, used + other.used);
  }
}
