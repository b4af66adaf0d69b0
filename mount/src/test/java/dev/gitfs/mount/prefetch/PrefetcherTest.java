package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.mount.TestStore;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of which directories attributes are held back, to see whether anybody asks for them. */
final class PrefetcherTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");
  private final List<Folder> folders = new ArrayList<>();
  private ObjectStore store;
  private Prefetcher prefetcher;

  @BeforeEach
  void probeTenDirectories() throws Exception {
    repository.commit(new Snapshot().file("d/file", "content"));
    store = TestStore.of(repositories, repository);
    var tree = store.resolve(Optional.empty()).tree();
    store.tree(tree);
    // With nothing prefetched, nobody but this test begins and ends the probes.
    prefetcher = Prefetcher.start(store, tree, PrefetchMode.OFF);
    for (int i = 0; i < 10; i++) {
      var folder = prefetcher.root().child(i, ObjectId.zeroId());
      folder.probe(0);
      folders.add(folder);
    }
  }

  @AfterEach
  void close() {
    prefetcher.close();
    store.close();
    repositories.close();
  }

  private List<Boolean> heldBack() {
    return folders.stream().map(folder -> prefetcher.holdsBack(folder, 0)).toList();
  }

  @Test
  void theyAreHeldBackWhereNobodyHasAsked() {
    assertThat(heldBack()).containsOnly(true);
  }

  @Test
  void otherEntriesAreNot() {
    assertThat(prefetcher.holdsBack(folders.getFirst(), 1)).isFalse();
  }

  @Test
  void whoHasAskedOnceIsTakenAtHisWordForFourDirectories() {
    prefetcher.glanced(folders.getFirst(), 0);
    assertThat(heldBack().subList(0, 4)).containsOnly(false);
    assertThat(heldBack()).containsOnly(true);
  }
}
