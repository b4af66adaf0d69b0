package dev.gitfs.git.forge;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.RevisionException;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;

/** From what people call a revision to a commit, with a forge's help where git has none. */
public final class Revisions {

  /** What may be the beginning of a commit's id: fewer digits name too many. */
  private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-f]{7,39}");

  private Revisions() {}

  /**
   * What {@link ObjectStore#resolve} says; for some digits of a commit's id that no branch or tag
   * is called by, and that the store cannot make out, the forge is asked whose they are.
   *
   * @throws RevisionException if nobody knows
   */
  public static Revision resolve(ObjectStore store, Site site, String path, Optional<String> ref)
      throws IOException, InterruptedException {
    try {
      return store.resolve(ref);
    } catch (RevisionException e) {
      Optional<ObjectId> id = Optional.empty();
      if (ref.isPresent() && ABBREVIATED.matcher(ref.get()).matches()) {
        id = site.expand(path, ref.get());
      }
      if (id.isEmpty()) {
        throw e;
      }
      return store.resolve(id.map(ObjectId::name));
    }
  }
}
