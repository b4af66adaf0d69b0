package dev.gitfs.bench;

/** One regular file of a tree, its path as stock git lists it. */
record TreeFile(String path, long size) {

  int depth() {
    return (int) path.chars().filter(c -> c == '/').count() + 1;
  }
}
