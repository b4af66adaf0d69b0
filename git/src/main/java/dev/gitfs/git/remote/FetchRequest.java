package dev.gitfs.git.remote;

import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * One {@code fetch} command. The server sends every wanted object, whatever the filter says, and
 * what the filter lets through of the objects below them. What it knows to be below {@code haves}
 * it leaves out, and it may send deltas of that: a thin pack. Version 0 of the protocol is not told
 * of haves.
 *
 * @param wants ids of commits, tags, trees or blobs; not empty
 * @param haves commits that are here, without their history
 * @param depth how many commits deep, 0 for no limit; 1 for a wanted commit without its history
 * @param filter which objects to leave out; empty for none
 */
public record FetchRequest(
    List<ObjectId> wants, List<ObjectId> haves, int depth, Optional<Filter> filter) {

  public FetchRequest {
    wants = List.copyOf(wants);
    haves = List.copyOf(haves);
    if (wants.isEmpty()) {
      throw new IllegalArgumentException("a fetch wants at least one object");
    }
  }

  /** For who has nothing. */
  public FetchRequest(List<ObjectId> wants, int depth, Optional<Filter> filter) {
    this(wants, List.of(), depth, filter);
  }
}
