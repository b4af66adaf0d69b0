package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of the packs that have come since, those are asked that may hold an object, and none else. */
final class PackListTest {

  private static final ObjectId NOWHERE = ObjectId.fromString("f".repeat(40));

  private GitRepositories repositories;
  private TestRepository repository;
  private ObjectDirectory objects;

  @BeforeEach
  void aRepositoryWithOnePack() throws Exception {
    repositories = new GitRepositories();
    repository = repositories.create("some.git");
    pack(0, 10);
    objects = LocalObjects.objectsIn(repository.directory().resolve("objects"));
  }

  @AfterEach
  void delete() {
    objects.close();
    repositories.close();
  }

  /** One more pack, of so many files that no other has. */
  private void pack(int generation, int files) {
    var snapshot = new Snapshot();
    for (int i = 0; i < files; i++) {
      snapshot.file("f" + i, generation + " " + i);
    }
    repository.commit(snapshot);
    repository.git("repack", "-d", "-q");
  }

  private List<ObjectId> ids() {
    return repository
        .git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        .lines()
        .stream()
        .map(ObjectId::fromString)
        .toList();
  }

  private static void findsAll(PackList packs, List<ObjectId> ids) throws Exception {
    for (ObjectId id : ids) {
      boolean found = false;
      for (Pack pack : packs.withMaybe(id)) {
        found |= pack.hasObject(id);
      }
      assertThat(found).as(id.name()).isTrue();
    }
  }

  @Test
  void whatHasComeIsFoundHoweverMuchItIs() throws Exception {
    var packs = PackList.of(objects.getPacks());
    assertThat(packs.withMaybe(NOWHERE)).hasSize(1);
    // More than there is room for at first, and then more again.
    for (int generation = 1; generation <= 4; generation++) {
      pack(generation, 400 * generation);
      packs = packs.next(objects.getPacks());
      assertThat(packs.all()).hasSize(generation + 1);
      findsAll(packs, ids());
      assertThat(packs.withMaybe(NOWHERE)).as("the first alone").hasSize(1);
    }
  }

  @Test
  void packsThatWereMergedAreForgottenAndWhatWasInThemIsFound() throws Exception {
    var packs = PackList.of(objects.getPacks());
    pack(1, 100);
    pack(2, 100);
    packs = packs.next(objects.getPacks());
    repository.git("repack", "-a", "-d", "-q");
    packs = packs.next(objects.getPacks());
    assertThat(packs.all()).hasSize(1);
    findsAll(packs, ids());
    assertThat(packs.withMaybe(NOWHERE)).isEmpty();
  }

  @Test
  void theSamePacksAreTheSameList() throws Exception {
    var packs = PackList.of(objects.getPacks());
    assertThat(packs.next(objects.getPacks())).isSameAs(packs);
  }

  @Test
  void theOneWhereSomethingWasFoundLastIsAskedFirst() throws Exception {
    var first = PackList.of(objects.getPacks());
    for (int generation = 1; generation < 4; generation++) {
      pack(generation, 10);
    }
    var packs = first.next(objects.getPacks());
    Pack second = packs.all().get(1);
    ObjectId held = ids().stream().filter(id -> holds(second, id)).findFirst().orElseThrow();
    packs.found(second);
    assertThat(packs.withMaybe(held))
        .startsWith(second)
        .containsExactlyInAnyOrderElementsOf(packs.all());
  }

  private static boolean holds(Pack pack, ObjectId id) {
    try {
      return pack.hasObject(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
