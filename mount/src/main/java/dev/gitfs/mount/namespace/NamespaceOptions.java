package dev.gitfs.mount.namespace;

import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.Pace;
import java.time.Duration;

/**
 * What a namespace may do.
 *
 * @param rules what may be opened; all else is not there
 * @param store where objects are kept, and how much all repositories together may take
 * @param prefetch how much to fetch before it is asked for
 * @param pace how often branches that are shown are looked after
 * @param idle a repository that nobody has used for so long is closed
 * @param absent for so long it is remembered that there is no such repository or ref
 */
public record NamespaceOptions(
    Rules rules,
    StoreOptions store,
    PrefetchMode prefetch,
    Pace pace,
    Duration idle,
    Duration absent) {}
