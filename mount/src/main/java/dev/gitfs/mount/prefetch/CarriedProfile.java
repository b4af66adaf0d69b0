package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.git.store.Blob;
import dev.gitfs.git.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** The profile that a repository may carry: see {@link Profile#CARRIED}. */
public final class CarriedProfile {

  /** Some ten thousand lines; more is no list that somebody made. */
  private static final int LARGEST = 1 << 20;

  /** Of all its paths, each of which may take a hundred bytes: of ten thousand lines all. */
  private static final int MOST_COMPONENTS = 1 << 17;

  /** Each name of the tree may have to be compared with all of them: 0.1 ms. */
  private static final int MOST_GLOBS = 1000;

  private CarriedProfile() {}

  /** Whether the tree {@code root}, which is local, can have one. */
  public static boolean isPossible(ObjectStore store, ObjectId root) throws IOException {
    var name = directory();
    var tree = store.treeIfLocal(root);
    return tree.isPresent() && tree.get().find(name, name.length) >= 0;
  }

  /** What to bring to be able to read it. */
  public static PathRequest request() {
    return PathRequest.of(Profile.parse(Profile.CARRIED));
  }

  /**
   * Reads it, if there is one; fetches it if it was not brought.
   *
   * @throws IllegalArgumentException with a message for people, if it is no profile
   */
  public static Optional<Profile> read(ObjectStore store, ObjectId root)
      throws IOException, InterruptedException {
    var directory = store.tree(root).find(directory(), directory().length);
    if (directory < 0 || Walk.isFile(store.tree(root).mode(directory))) {
      return Optional.empty();
    }
    var tree = store.tree(store.tree(root).id(directory));
    var name = Profile.CARRIED.substring(Profile.CARRIED.indexOf('/') + 1).getBytes(US_ASCII);
    int index = tree.find(name, name.length);
    if (index < 0 || !Walk.isFile(tree.mode(index))) {
      return Optional.empty();
    }
    try (Blob blob = store.blob(tree.id(index))) {
      if (blob.size() > LARGEST) {
        throw new IllegalArgumentException("it has " + blob.size() + " bytes, which is too many");
      }
      var content = new byte[(int) blob.size()];
      blob.read(0, MemorySegment.ofArray(content));
      return Optional.of(bounded(Profile.parse(new String(content, UTF_8))));
    }
  }

  /** Who carries it is not who pays for it: what no list needs is refused. */
  private static Profile bounded(Profile profile) {
    long components = 0;
    long globs = 0;
    for (var pattern : profile.patterns()) {
      components += pattern.segments().size();
      globs += pattern.segments().stream().filter(PathPattern.Wild.class::isInstance).count();
    }
    if (components > MOST_COMPONENTS || globs > MOST_GLOBS) {
      throw new IllegalArgumentException(
          "it has %,d names, %,d of them with wildcards, which is too many"
              .formatted(components, globs));
    }
    return profile;
  }

  private static byte[] directory() {
    return Profile.CARRIED.substring(0, Profile.CARRIED.indexOf('/')).getBytes(US_ASCII);
  }
}
