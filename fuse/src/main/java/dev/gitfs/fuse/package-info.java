/**
 * The Linux FUSE protocol in pure Java: mount, read requests, write replies, notify. Knows nothing
 * of git; any Java file system can use it on its own.
 */
package dev.gitfs.fuse;
