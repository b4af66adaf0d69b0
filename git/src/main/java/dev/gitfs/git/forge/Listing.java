package dev.gitfs.git.forge;

import java.time.Instant;
import java.util.List;

/**
 * What an owner or a group has.
 *
 * @param groups names of those directly below it, which are directories
 * @param complete whether it holds all there is, or as much as is asked for of a great many; not
 *     when the forge did not tell everything
 * @param asOf when the forge said so
 */
public record Listing(
    List<HostedRepository> repositories, List<String> groups, boolean complete, Instant asOf) {

  public Listing {
    repositories = List.copyOf(repositories);
    groups = List.copyOf(groups);
  }
}
