package dev.gitfs.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.mount.TestStore;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A poll that fails in a way nobody foresaw is seen, and is not the last one. */
@Timeout(60)
final class UnforeseenPollTest {

  @Test
  void itIsAStateAndCountedAndPollsGoOn() throws Exception {
    long before = Background.failures().count();
    var broken = new AtomicBoolean(true);
    try (var repositories = new GitRepositories()) {
      var repository = repositories.create("some.git");
      repository.commit("refs/heads/main", new Snapshot().file("file", "text"));
      try (var real = TestStore.of(repositories, repository)) {
        var store = thatCannotTellTips(real, broken);
        var tree =
            RepositoryTree.open(
                store,
                store.resolve(Optional.empty()),
                InodeRange.WHOLE,
                Ownership.ofThisProcess(),
                PrefetchMode.OFF);
        try (var follower =
            new BranchFollower("some", store, Optional.of(Pace.steady(Duration.ofMillis(20))))) {
          follower.follow(tree, Optional.empty());

          Eventually.holds(
              "failing", () -> follower.state(tree).kind() == FollowState.Kind.FAILING);
          assertThat(follower.state(tree).problem().orElseThrow()).contains("StackOverflowError");
          Eventually.holds("polls go on", () -> Background.failures().count() > before + 1);
          broken.set(false);
          Eventually.holds(
              "following", () -> follower.state(tree).kind() == FollowState.Kind.FOLLOWING);
        } finally {
          tree.close();
        }
      }
    }
  }

  private static ObjectStore thatCannotTellTips(ObjectStore real, AtomicBoolean broken) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("tips") && broken.get()) {
                throw new StackOverflowError();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
