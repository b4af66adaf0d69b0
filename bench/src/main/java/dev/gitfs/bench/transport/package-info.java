/**
 * The FUSE transport by itself, against C: the same toy file system on {@code dev.gitfs.fuse} and
 * on libfuse's low-level API, under the same load.
 */
package dev.gitfs.bench.transport;
