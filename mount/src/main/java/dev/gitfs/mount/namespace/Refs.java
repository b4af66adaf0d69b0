package dev.gitfs.mount.namespace;

import dev.gitfs.git.forge.RepositoryName;
import dev.gitfs.git.forge.Revisions;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.RevisionException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/** What the part of a name behind its {@code @} means. */
final class Refs {

  /** Fewer digits mean too many commits. */
  private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-f]{7,39}");

  private static final List<String> SHOWN = List.of(Constants.R_HEADS, Constants.R_TAGS);

  private Refs() {}

  /**
   * The commit that a ref names, local with its root tree. As to git, a branch or a tag goes before
   * a commit whose id begins like its name; of such the forge knows all, and a git server those
   * that refs point at.
   *
   * @param ref a branch, a tag, a commit id or its beginning; empty for the default branch
   */
  static Revision resolve(
      SharedRepository repository, SharedRepository.Opened opened, Optional<String> ref)
      throws IOException, InterruptedException {
    try {
      return Revisions.resolve(opened.store(), repository.site(), repository.hosted().path(), ref);
    } catch (RevisionException e) {
      if (ref.isEmpty() || !ABBREVIATED.matcher(ref.get()).matches()) {
        throw e;
      }
      var id = atTip(opened, ref.get());
      if (id.isEmpty()) {
        throw e;
      }
      return opened.store().resolve(id.map(ObjectId::name));
    }
  }

  private static Optional<ObjectId> atTip(SharedRepository.Opened opened, String abbreviated)
      throws IOException, InterruptedException {
    var ids =
        opened.remote().listRefs(List.of()).stream()
            .flatMap(ref -> ref.peeled().or(ref::id).stream())
            .filter(id -> id.name().startsWith(abbreviated))
            .distinct()
            .toList();
    return ids.size() == 1 ? Optional.of(ids.getFirst()) : Optional.empty();
  }

  /** All branches and tags, each as one component of a path. One request. */
  static List<String> names(SharedRepository.Opened opened)
      throws IOException, InterruptedException {
    var names = new TreeSet<String>();
    for (var ref : opened.remote().listRefs(SHOWN)) {
      for (String prefix : SHOWN) {
        if (ref.name().startsWith(prefix)) {
          names.add(RepositoryName.encoded(ref.name().substring(prefix.length())));
        }
      }
    }
    return List.copyOf(names);
  }
}
