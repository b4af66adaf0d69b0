package dev.gitfs.git.store;

import java.nio.file.Path;

/**
 * Where the store lives and how much it may take.
 *
 * @param cacheDirectory the directory that holds one repository per remote; shared by all mounts
 *     and all processes of a user
 * @param memoryBytes bound on blobs and trees held in memory
 * @param diskBytes bound on the size of the whole cache directory
 */
public record StoreOptions(Path cacheDirectory, long memoryBytes, long diskBytes) {}
