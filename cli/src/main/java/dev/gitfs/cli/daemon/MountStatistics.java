package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.git.store.PrefetchStatistics;
import dev.gitfs.git.store.RequestCounts;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.time.Duration;

/**
 * What a mount has cost and saved since it was mounted.
 *
 * @param mount which
 * @param requests commands sent to the git server
 * @param retries those of them that repeated a failed one
 * @param sent request bytes
 * @param received response bytes
 * @param objectsFetched objects received
 * @param memoryHits reads answered from memory
 * @param diskHits reads answered from disk
 * @param misses reads that needed the network
 * @param waits how often a reader waited for the network
 * @param waited for how long, added up
 * @param prefetch what was fetched ahead of need, and what came of it
 * @param readers who is fetched ahead for, and whether they use it
 * @param kinds requests to the git server for objects, by kind
 * @param resident physical memory of the process that serves
 */
public record MountStatistics(
    MountSummary mount,
    long requests,
    long retries,
    ByteSize sent,
    ByteSize received,
    long objectsFetched,
    long memoryHits,
    long diskHits,
    long misses,
    long waits,
    Duration waited,
    PrefetchStatistics prefetch,
    ReaderStatistics readers,
    RequestCounts kinds,
    ByteSize resident) {}
