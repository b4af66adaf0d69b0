package dev.gitfs.mount;

import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.GitServer;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;

/** Stores without a mount. */
public final class TestStore {

  private TestStore() {}

  /** A new one of a repository on this disk, beside the repositories. */
  public static ObjectStore of(GitRepositories repositories, TestRepository repository)
      throws IOException {
    var options = new RemoteOptions(Git.environment(), Timeouts.DEFAULT, RetryPolicy.DEFAULT);
    return ObjectStore.open(
        Remotes.open(GitServer.localPath(repositories).url(repository), options),
        new StoreOptions(repositories.root().resolve("cache"), 32 << 20, Long.MAX_VALUE));
  }
}
