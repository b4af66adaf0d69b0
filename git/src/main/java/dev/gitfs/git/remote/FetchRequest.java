package dev.gitfs.git.remote;

import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * One {@code fetch} command. The server sends every wanted object, whatever the filter says, and
 * what the filter lets through of the objects below them.
 *
 * @param wants ids of commits, tags, trees or blobs; not empty
 * @param depth how many commits deep, 0 for no limit; 1 for a wanted commit without its history
 * @param filter which objects to leave out; empty for none
 */
public record FetchRequest(List<ObjectId> wants, int depth, Optional<Filter> filter) {

  public FetchRequest {
    wants = List.copyOf(wants);
    if (wants.isEmpty()) {
      throw new IllegalArgumentException("a fetch wants at least one object");
    }
  }
}
