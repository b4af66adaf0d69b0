package dev.gitfs.git.store;

import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.transport.PackedObjectInfo;

/**
 * An object of a pack that is being received: what it is, and where in the pack it stands. Has been
 * verified against its id, and never changes.
 */
final class PackEntry extends PackedObjectInfo {

  /** Larger objects are never held in memory as a whole: some come at a time. */
  static final int MOST_HELD = 8 << 20;

  private final StagedPack pack;
  private final int type;
  private final long size;
  private final long bodyOffset;
  private final long end;
  private final long deltaSize;
  private final PackEntry base;
  private final boolean held;

  /**
   * @param size of the object, inflated and with its delta applied
   * @param extent where it stands
   * @param deltaSize of the delta, inflated; unused without a base
   * @param base what it is a delta of, null if it is whole
   */
  PackEntry(
      AnyObjectId id,
      StagedPack pack,
      int type,
      long size,
      PackedExtent extent,
      long deltaSize,
      PackEntry base) {
    super(id);
    this.pack = pack;
    this.type = type;
    this.size = size;
    this.bodyOffset = extent.body();
    this.end = extent.end();
    this.deltaSize = deltaSize;
    this.base = base;
    this.held = size <= MOST_HELD && deltaSize <= MOST_HELD && (base == null || base.held);
    setOffset(extent.offset());
    setCRC(extent.crc());
  }

  StagedPack pack() {
    return pack;
  }

  /** One of {@code Constants.OBJ_…}, never that of a delta. */
  int type() {
    return type;
  }

  long size() {
    return size;
  }

  long bodyOffset() {
    return bodyOffset;
  }

  /** Where the next one begins. */
  long end() {
    return end;
  }

  boolean isDelta() {
    return base != null;
  }

  long deltaSize() {
    return deltaSize;
  }

  PackEntry base() {
    return base;
  }

  /** Whether it, and all it is made of, is small enough to be held in memory. */
  boolean isHeld() {
    return held;
  }
}
