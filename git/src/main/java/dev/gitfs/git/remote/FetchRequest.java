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
 * @param haves commits that are here with all below them
 * @param shallow commits that are here without their history. Whoever names one gets what he wants
 *     in the order of his wants: without, git takes a bitmap of its pack if there is one, as in
 *     bare repositories, and sends in the order of that pack (builtin/pack-objects.c turns bitmaps
 *     off for what is shallow). Version 0 of the protocol is not told, nor without haves a server
 *     that knows of nothing shallow
 * @param depth how many commits deep, 0 for no limit; 1 for a wanted commit without its history
 * @param filter which objects to leave out; empty for none
 */
public record FetchRequest(
    List<ObjectId> wants,
    List<ObjectId> haves,
    List<ObjectId> shallow,
    int depth,
    Optional<Filter> filter) {

  public FetchRequest {
    wants = List.copyOf(wants);
    haves = List.copyOf(haves);
    shallow = List.copyOf(shallow);
    if (wants.isEmpty()) {
      throw new IllegalArgumentException("a fetch wants at least one object");
    }
  }

  /** For who has nothing. */
  public FetchRequest(List<ObjectId> wants, int depth, Optional<Filter> filter) {
    this(wants, List.of(), List.of(), depth, filter);
  }

  /** The same for others. */
  public FetchRequest forWants(List<ObjectId> others) {
    return new FetchRequest(others, haves, shallow, depth, filter);
  }
}
