package dev.gitfs.git.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the store lives and how much it may take.
 *
 * @param cacheDirectory the directory that holds one repository per remote; shared by all mounts
 *     and all processes of a user
 * @param memory what holds blobs and trees; several stores may share one
 * @param diskBytes bound on the size of the whole cache directory
 * @param sizes who tells sizes where the server does not
 */
public record StoreOptions(
    Path cacheDirectory, StoreMemory memory, long diskBytes, Optional<SizeSource> sizes) {

  /**
   * With memory of its own.
   *
   * @param memoryBytes bound on blobs and trees held in memory
   */
  public StoreOptions(Path cacheDirectory, long memoryBytes, long diskBytes) {
    this(cacheDirectory, new StoreMemory(memoryBytes), diskBytes, Optional.empty());
  }

  /** The same with somebody to tell sizes where the server does not. */
  public StoreOptions with(Optional<SizeSource> other) {
    return new StoreOptions(cacheDirectory, memory, diskBytes, other);
  }
}
