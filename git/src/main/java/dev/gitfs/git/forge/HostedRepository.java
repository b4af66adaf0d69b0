package dev.gitfs.git.forge;

import java.util.Optional;

/**
 * A repository as a forge describes it.
 *
 * @param path {@code owner/…/repository}, as the forge spells it now: another than was asked for if
 *     it was renamed
 * @param defaultBranch without {@code refs/heads/}, where the forge tells
 * @param archived whether the forge says that nothing is pushed to it any more
 */
public record HostedRepository(String path, Optional<String> defaultBranch, boolean archived) {

  /** The last component of its path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
