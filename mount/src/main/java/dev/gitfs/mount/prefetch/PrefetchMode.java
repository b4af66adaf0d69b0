package dev.gitfs.mount.prefetch;

/** How much a mount fetches before it is asked. */
public enum PrefetchMode {
  /** Nothing: every object is fetched when it is needed, and not before. */
  OFF,
  /** Trees and attributes, no contents: for those who list, and read little. */
  ATTRIBUTES,
  /** Trees and attributes, and the contents that a reader is about to read. */
  ADAPTIVE,
  /** Everything, from the start: for those who will read all of it. What is read goes first. */
  ALL
}
