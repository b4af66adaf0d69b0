package dev.gitfs.git.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the store lives and how much it may take.
 *
 * @param cacheDirectory the directory that holds one repository per remote; shared by all mounts
 *     and all processes of a user
 * @param memoryBytes bound on blobs and trees held in memory
 * @param diskBytes bound on the size of the whole cache directory
 * @param sizes who tells sizes where the server does not
 */
public record StoreOptions(
    Path cacheDirectory, long memoryBytes, long diskBytes, Optional<SizeSource> sizes) {

  public StoreOptions(Path cacheDirectory, long memoryBytes, long diskBytes) {
    this(cacheDirectory, memoryBytes, diskBytes, Optional.empty());
  }
}
