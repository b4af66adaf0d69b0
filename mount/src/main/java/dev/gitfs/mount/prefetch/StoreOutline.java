package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The outline of a tree as a store knows it. What cannot be read counts as not there. */
record StoreOutline(ObjectStore store) implements Outline {

  private static final Logger log = LoggerFactory.getLogger(StoreOutline.class);

  @Override
  public Optional<Tree> tree(ObjectId id) {
    try {
      return store.treeIfLocal(id);
    } catch (IOException e) {
      log.debug("no tree {}", id.name(), e);
      return Optional.empty();
    }
  }

  @Override
  public boolean isLocal(ObjectId blob) {
    return store.isLocal(blob);
  }

  @Override
  public boolean isFar(ObjectId blob) {
    return store.isFar(blob);
  }

  @Override
  public OptionalLong size(ObjectId blob) {
    try {
      return store.sizeIfLocal(blob);
    } catch (IOException e) {
      log.debug("no size of {}", blob.name(), e);
      return OptionalLong.empty();
    }
  }

  @Override
  public boolean serverTellsSizes() {
    return store.serverTellsSizes();
  }

  @Override
  public boolean sizesAlone() {
    return store.sizesAlone();
  }
}
