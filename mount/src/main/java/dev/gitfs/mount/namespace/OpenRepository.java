package dev.gitfs.mount.namespace;

import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.StoreStatistics;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import dev.gitfs.mount.tree.FollowState;
import java.time.Instant;

/**
 * A repository of a namespace that is open at one ref.
 *
 * @param path below the directory where the namespace is mounted
 * @param url where it comes from, without credentials
 * @param revision what it shows
 * @param state how it stands to its branch and its server
 * @param since when it was opened
 * @param reads of all its open refs together
 * @param network of all its open refs together
 */
public record OpenRepository(
    String path,
    String url,
    Revision revision,
    FollowState state,
    Instant since,
    StoreStatistics reads,
    RemoteStatistics network,
    ReaderStatistics prefetched) {}
