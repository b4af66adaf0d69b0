package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.StoreMemory;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;

/** A repository on a git server without object-info, and on a forge that tells its sizes. */
final class HostedStore implements AutoCloseable {

  static final int DIRECTORIES = 10;

  /** In each directory. */
  static final int FILES = 30;

  static final String PATH = "torvalds/linux";

  final Played played;
  final TestRepository origin;
  final HttpBackendServer git;
  final Site site;

  HostedStore(Api api) {
    this(api, content(DIRECTORIES * FILES));
  }

  HostedStore(Api api, Snapshot content) {
    played = new Played(api);
    origin = played.repositories.create("origin.git");
    origin.commit(content);
    git = new HttpBackendServer(played.repositories).offerObjectInfo(false);
    played.server.repository(PATH, origin);
    site = played.site();
  }

  /** No two files of one size. */
  static Snapshot content(int count) {
    var snapshot = new Snapshot();
    for (int i = 0; i < count; i++) {
      snapshot.file("d" + i % DIRECTORIES + "/f" + i, "x".repeat(i) + i);
    }
    return snapshot;
  }

  ObjectStore open() throws Exception {
    return ObjectStore.open(
        Remotes.open(git.url(origin), played.options()),
        new StoreOptions(
            played.repositories.root().resolve("cache"),
            new StoreMemory(96 << 20),
            10L << 30,
            site.sizes(PATH)));
  }

  /** By git, in its order. */
  Map<ObjectId, Long> sizes() {
    return sizes("HEAD");
  }

  /** Of what is below {@code tree}. */
  Map<ObjectId, Long> sizes(String tree) {
    var sizes = new LinkedHashMap<ObjectId, Long>();
    for (String line : origin.git("ls-tree", "-r", "-l", tree).text().lines().toList()) {
      String[] fields = line.substring(0, line.indexOf('\t')).split(" +");
      sizes.put(ObjectId.fromString(fields[2]), Long.parseLong(fields[3]));
    }
    return sizes;
  }

  @Override
  public void close() {
    site.close();
    git.close();
    played.close();
  }
}
