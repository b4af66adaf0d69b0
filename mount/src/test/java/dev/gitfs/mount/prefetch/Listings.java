package dev.gitfs.mount.prefetch;

/** Lets tests of other packages have a directory listed without a prefetcher. */
public final class Listings {

  private Listings() {}

  public static void list(Folder folder) {
    folder.list();
  }
}
