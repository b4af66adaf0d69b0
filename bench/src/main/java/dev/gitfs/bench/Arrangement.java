package dev.gitfs.bench;

/** Under which a mount is measured: what its server offers, and how much it fetches ahead. */
enum Arrangement {
  WITH_OBJECT_INFO(true, "adaptive"),
  WITHOUT_OBJECT_INFO(false, "adaptive"),
  PREFETCH_OFF(true, "off");

  private final boolean objectInfo;
  private final String prefetch;

  Arrangement(boolean objectInfo, String prefetch) {
    this.objectInfo = objectInfo;
    this.prefetch = prefetch;
  }

  boolean objectInfo() {
    return objectInfo;
  }

  /** The value of {@code --prefetch}. */
  String prefetch() {
    return prefetch;
  }
}
