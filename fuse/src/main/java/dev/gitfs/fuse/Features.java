package dev.gitfs.fuse;

/**
 * What a file system asks of the connection to the kernel, said once when the connection is made.
 *
 * @param fileHandles whether files are opened and released. Without, the kernel is told once that
 *     {@code open} needs no message and then opens files alone, keeping their cached pages; {@link
 *     FileSystem#open} and {@link FileSystem#release} are not called, and handles are 0
 * @param directoryHandles the same for {@link FileSystem#opendir} and {@link
 *     FileSystem#releasedir}. Without, the kernel also caches listings until the directory is
 *     invalidated
 * @param readdirplus when a listing also looks its entries up
 * @param exportable whether {@code lookup} answers the names "." and ".." on any node, which lets
 *     the kernel export the mount over NFS and open it by handle
 */
public record Features(
    boolean fileHandles, boolean directoryHandles, ReadDirPlus readdirplus, boolean exportable) {

  /**
   * No handles, every listing with attributes, not exportable. Left to see fit, the kernel asks so
   * for the first 32 KB of a directory's entries alone, and looks up each file after those that is
   * opened or looked at: 7,000 of Linux, in 100 large directories.
   */
  public static final Features DEFAULT = new Features(false, false, ReadDirPlus.ALWAYS, false);

  /** When the kernel asks for entries together with their attributes. */
  public enum ReadDirPlus {
    /** Only plain listings. */
    NEVER,
    /** Every listing. */
    ALWAYS
  }
}
