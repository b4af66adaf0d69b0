package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.Tree;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jgit.lib.ObjectId;

/** What is known here and now of the mounted tree. Answers at once. */
interface Outline {

  /** A tree if it is local. */
  Optional<Tree> tree(ObjectId id);

  /** Whether the content of a blob is local. */
  boolean isLocal(ObjectId blob);

  /** Whether a blob is on its way, but will take longer than who needs it waits. */
  boolean isFar(ObjectId blob);

  /** The size of a blob if it is known. */
  OptionalLong size(ObjectId blob);

  /** Whether the server itself tells sizes; else a look at one file may bring its content. */
  boolean serverTellsSizes();

  /** Whether sizes come without contents, from the server or from elsewhere. */
  boolean sizesAlone();
}
