package dev.gitfs.git.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;

/** The objects on disk: reads them out of packs, and knows which there are. */
final class LocalObjects {

  private final ObjectDirectory objects;

  LocalObjects(ObjectDirectory objects) {
    this.objects = objects;
  }

  boolean has(ObjectId id) {
    return objects.has(id);
  }

  /** The bytes of an object of {@code type}, or empty if it is not here. */
  Optional<byte[]> bytes(ObjectId id, int type) throws IOException {
    try (ObjectReader reader = objects.newReader()) {
      return Optional.of(reader.open(id, type).getCachedBytes(Integer.MAX_VALUE));
    } catch (MissingObjectException e) {
      return Optional.empty();
    }
  }

  /** The size of a blob, or empty if it is not here. */
  OptionalLong size(ObjectId id) throws IOException {
    if (!objects.has(id)) {
      return OptionalLong.empty();
    }
    try (ObjectReader reader = objects.newReader()) {
      return OptionalLong.of(reader.getObjectSize(id, Constants.OBJ_BLOB));
    } catch (MissingObjectException e) {
      return OptionalLong.empty();
    }
  }

  /** Makes something of the contents of a blob as they are inflated. */
  @FunctionalInterface
  interface Use<T> {
    T of(InputStream contents) throws IOException;
  }

  /** Streams a blob too large to be held; empty if it is not here. */
  <T> Optional<T> stream(ObjectId id, Use<T> use) throws IOException {
    try (ObjectReader reader = objects.newReader();
        InputStream contents = reader.open(id, Constants.OBJ_BLOB).openStream()) {
      return Optional.of(use.of(contents));
    } catch (MissingObjectException e) {
      return Optional.empty();
    }
  }

  /** A reader for walking commits; the caller closes it. */
  ObjectReader reader() {
    return objects.newReader();
  }
}
