/**
 * The Linux FUSE protocol in pure Java: mount, read requests, write replies, notify. Knows nothing
 * of git; any Java file system can use it on its own.
 *
 * <p>A file system implements {@link dev.gitfs.fuse.FileSystem} and is served by {@link
 * dev.gitfs.fuse.FuseMount#mount}.
 */
package dev.gitfs.fuse;
