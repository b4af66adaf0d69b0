package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is on disk stays readable while packs are put in the place of others. */
final class LocalObjectsTest {

  /** What a store sets, for whoever comes after. */
  private static final int STREAMED = 8 << 20;

  /** Larger than what JGit is told to stream here, and than what it reads ahead. */
  private final byte[] content = new byte[100_000];

  private Cache cache;
  private ObjectId file;
  private Path packs;

  @BeforeEach
  void aFileInAPack() throws Exception {
    cache = new Cache();
    new Random(1).nextBytes(content);
    cache.origin.commit(new Snapshot().file("a", content));
    file = cache.id("HEAD:a");
    try (var store = cache.open()) {
      Cache.head(store);
      store.blob(file).close();
    }
    packs = cache.repository().resolve("objects/pack");
    JGitSettings.apply(content.length / 2);
  }

  @AfterEach
  void delete() {
    JGitSettings.apply(STREAMED);
    cache.close();
  }

  /**
   * A reader has found an object when another process puts a merged pack in the place of the one
   * that holds it. JGit opens the old pack's index again, which it had lost for want of memory, and
   * which is not there any more.
   */
  @Test
  void anIndexThatIsGoneWhenItIsOpenedAgainFailsNoRead() throws Exception {
    String old = packWithFile();
    duplicate(old);
    try (var local = new LocalObjects(packs.getParent(), new DeltaBases(1 << 20))) {
      var attempts = new AtomicInteger();
      Collection<Pack> before = listed(local);
      Optional<byte[]> contents =
          local.read(
              file,
              reader -> {
                if (attempts.getAndIncrement() == 0) {
                  before.forEach(pack -> invoke("closeIndices", pack));
                  new PackShelf(packs).drop(old);
                  for (Pack pack : before) {
                    pack.hasObject(file);
                  }
                }
                return reader.open(file).getBytes(Integer.MAX_VALUE);
              });
      assertThat(contents.orElseThrow()).isEqualTo(content);
      assertThat(attempts).as("it had to be read again").hasValue(2);
    }
  }

  /** The same with a large file, between its being found and its being streamed. */
  @Test
  void aPackThatIsGoneWhenItIsOpenedAgainFailsNoRead() throws Exception {
    String old = packWithFile();
    String merged = duplicate(old);
    try (var local = new LocalObjects(packs.getParent(), new DeltaBases(1 << 20))) {
      var attempts = new AtomicInteger();
      Optional<byte[]> contents =
          local.read(
              file,
              reader -> {
                var object = reader.open(file);
                if (attempts.getAndIncrement() == 0) {
                  listed(local).forEach(Pack::close);
                  new PackShelf(packs).drop(old);
                }
                try (var stream = object.openStream()) {
                  return stream.readAllBytes();
                }
              });
      assertThat(contents.orElseThrow()).isEqualTo(content);
      assertThat(attempts).as("it had to be read again").hasValue(2);
    }
    assertThat(packs.resolve(merged + ".pack")).as("what is not damaged stays").exists();
  }

  private String packWithFile() throws IOException {
    try (var objects = new LocalObjects(packs.getParent(), new DeltaBases(1 << 20))) {
      for (PackShelf.Shelved pack : objects.shelf().list()) {
        if (objects.indexOf(pack).hasObject(file)) {
          return pack.name();
        }
      }
    }
    throw new AssertionError("the file is in no pack");
  }

  /** JGit looks into the youngest pack first. */
  private String duplicate(String name) throws IOException {
    String copy = "pack-" + "f".repeat(40);
    FileTime longAgo = FileTime.from(Instant.now().minusSeconds(3600));
    for (String extension : new String[] {".pack", ".idx", ".promisor"}) {
      Files.copy(packs.resolve(name + extension), packs.resolve(copy + extension));
      Files.setLastModifiedTime(packs.resolve(copy + extension), longAgo);
    }
    Files.setLastModifiedTime(packs.resolve(name + ".pack"), FileTime.from(Instant.now()));
    return copy;
  }

  private static void invoke(String method, Pack pack) {
    try {
      Method closing = Pack.class.getDeclaredMethod(method);
      closing.setAccessible(true);
      closing.invoke(pack);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Collection<Pack> listed(LocalObjects local) {
    try {
      Field field = LocalObjects.class.getDeclaredField("packs");
      field.setAccessible(true);
      return ((PackList) field.get(local)).all();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
