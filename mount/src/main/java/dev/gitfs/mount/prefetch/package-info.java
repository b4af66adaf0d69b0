/**
 * What is fetched before it is asked for. {@link dev.gitfs.mount.prefetch.Policy} decides, as a
 * pure function of what a reader did; {@link dev.gitfs.mount.prefetch.Prefetcher} carries it out.
 */
package dev.gitfs.mount.prefetch;
