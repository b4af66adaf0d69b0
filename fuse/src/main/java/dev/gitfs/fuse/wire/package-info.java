/**
 * The structs and constants of {@code linux/fuse.h}: where each field is and how it is stored.
 * Knows nothing of what they mean.
 */
package dev.gitfs.fuse.wire;
