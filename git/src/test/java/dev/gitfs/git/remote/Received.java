package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;

/** Takes packs and keeps what was in them: a receiver that believes nothing it cannot parse. */
final class Received implements PackReceiver {

  private final InMemoryRepository repository =
      new InMemoryRepository(new DfsRepositoryDescription("received"));
  private int calls;
  private long objects;

  @Override
  public void receive(InputStream pack) throws IOException {
    calls++;
    try (var inserter = repository.newObjectInserter()) {
      var parser = inserter.newPackParser(pack);
      parser.parse(NullProgressMonitor.INSTANCE);
      objects += parser.getObjectCount();
      inserter.flush();
    } catch (IOException e) {
      throw new CorruptPackException(e.getMessage(), e);
    }
  }

  boolean has(String id) throws IOException {
    return repository.getObjectDatabase().has(ObjectId.fromString(id));
  }

  /** How many packs were begun. */
  int calls() {
    return calls;
  }

  /** How many objects came in whole packs. */
  long objects() {
    return objects;
  }
}
