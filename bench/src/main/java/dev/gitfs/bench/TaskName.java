package dev.gitfs.bench;

/** What is done in a tree, from least to most; {@link TreeTasks} knows how. */
enum TaskName {
  READY("`ls`", true),
  FILE("one deep file", true),
  SCATTERED("40 scattered files", true),
  DIRECTORY("`cat *` of one directory", true),
  FIND("`find`", true),
  LIST("`ls -lR`", true),
  MAKE("`make defconfig`", true),
  RG("`rg`", false),
  GREP("`grep -r`", false),
  TAR("`tar c`", false);

  private final String title;
  private final boolean sparse;

  TaskName(String title, boolean sparse) {
    this.title = title;
    this.sparse = sparse;
  }

  /** In Markdown. */
  String title() {
    return title;
  }

  /** Whether it leaves most files unread. */
  boolean isSparse() {
    return sparse;
  }

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
