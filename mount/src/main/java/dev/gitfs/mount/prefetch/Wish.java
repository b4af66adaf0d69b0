package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.PrefetchRequest.Urgency;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;

/** What the policy wants done, behind everything that somebody waits for. */
sealed interface Wish {

  /** By which an {@link Access.Ended} and a {@link Cancel} refer to it. */
  int window();

  /** For the log: what, and how much of it. */
  default String summary() {
    return switch (this) {
      case Sizes(int id, var files) -> id + ": " + files.size() + " sizes";
      case Contents(int id, var files, long maxBytes, _) ->
          id + ": " + files.size() + " contents, at most " + maxBytes + " bytes";
      case Trees(int id, var root, _) -> id + ": trees below " + root.name();
      case Cancel(int id) -> id + ": cancelled";
    };
  }

  /** The sizes of files. */
  record Sizes(int window, List<ObjectId> files) implements Wish {}

  /**
   * The contents of files, in the order in which they will be read.
   *
   * @param maxBytes after how much to stop, as received
   */
  record Contents(int window, List<ObjectId> files, long maxBytes, Urgency urgency)
      implements Wish {}

  /** All trees below a tree. */
  record Trees(int window, ObjectId root, long maxBytes) implements Wish {}

  /** What is still to come of a wish is no longer wanted. */
  record Cancel(int window) implements Wish {}
}
