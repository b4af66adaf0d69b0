package dev.gitfs.git.forge;

import dev.gitfs.git.store.SizeSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The sizes of all files of a repository from its forge's API: one request for most. Where the
 * forge leaves files out because there are too many (GitHub, beyond 100,000 or 7 MB), subtrees are
 * asked for one by one, those first that it did not get to.
 */
final class FileSizes implements SizeSource.OfCommits {

  /**
   * A hundred thousand files and more each, while the user waits; what is still unknown then is
   * learned from the files.
   */
  private static final int MOST_REQUESTS = 40;

  /** No repository takes more than one in so many of the requests that are left. */
  private static final int SHARE = 4;

  private final Rest rest;
  private final Dialect dialect;
  private final String path;

  FileSizes(Rest rest, Dialect dialect, String path) {
    this.rest = rest;
    this.dialect = dialect;
    this.path = path;
  }

  @Override
  public boolean isReady() {
    return rest.isOpen();
  }

  @Override
  public boolean tell(ObjectId commit, ObjectId tree, Sink sink) throws InterruptedException {
    var wanted = new ArrayDeque<String>();
    wanted.add(tree.name());
    int requests = 0;
    long most = MOST_REQUESTS;
    while (!wanted.isEmpty() && requests < most) {
      String root = wanted.remove();
      Optional<String> next = dialect.files(path, commit.name(), root);
      FileList.Summary last = null;
      while (next.isPresent() && requests++ < MOST_REQUESTS) {
        if (!(ask(next.get(), sink) instanceof Reply.Told(var page))) {
          // Some may be known; the rest will be asked for again, or learned otherwise.
          return false;
        }
        last = page;
        next = dialect.nextFiles(next.get(), page);
      }
      if (requests == 1) {
        most = Math.min(most, 1 + rest.spare() / SHARE);
      }
      Optional<String> alone = dialect.entries(path, root);
      if (last != null && last.truncated() && alone.isPresent() && requests++ < most) {
        if (!(ask(alone.get(), sink) instanceof Reply.Told(var entries))) {
          return false;
        }
        addLeftOut(last, entries, wanted);
      }
    }
    return true;
  }

  private Reply<FileList.Summary> ask(String url, Sink sink) throws InterruptedException {
    return rest.get(url, new HashMap<>(), (json, _) -> FileList.read(json, sink));
  }

  /** Listings go in order: what comes before the directory of the last path is whole. */
  private static void addLeftOut(
      FileList.Summary truncated, FileList.Summary entries, ArrayDeque<String> wanted) {
    String reached = truncated.lastPath().orElse("").replaceFirst("/.*", "");
    boolean whole = entries.subtrees().stream().anyMatch(each -> each.path().equals(reached));
    for (FileList.Subtree subtree : entries.subtrees()) {
      whole &= !subtree.path().equals(reached);
      if (!whole) {
        wanted.add(subtree.id());
      }
    }
  }
}
