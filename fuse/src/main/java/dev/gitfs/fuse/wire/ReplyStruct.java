package dev.gitfs.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * Field offsets of the structs that go to the kernel, named as {@code linux/fuse.h} names them:
 * {@code EntryOut.ATTR_VALID} is {@code attr_valid} in {@code struct fuse_entry_out}.
 */
public final class ReplyStruct {
  private ReplyStruct() {}

  /** Before every answer and every notification. */
  public static final class OutHeader {
    public static final int LEN = 0;
    public static final int ERROR = 4;
    public static final int UNIQUE = 8;
    public static final int SIZE = 16;

    private OutHeader() {}
  }

  /** The answer to INIT, as it is since 7.23; the fields after FLAGS2 came later and stay zero. */
  public static final class InitOut {
    public static final int MAJOR = 0;
    public static final int MINOR = 4;
    public static final int MAX_READAHEAD = 8;
    public static final int FLAGS = 12;
    public static final int MAX_BACKGROUND = 16;
    public static final int CONGESTION_THRESHOLD = 18;
    public static final int MAX_WRITE = 20;
    public static final int TIME_GRAN = 24;
    public static final int MAX_PAGES = 28;
    public static final int MAP_ALIGNMENT = 30;
    public static final int FLAGS2 = 32;
    public static final int MAX_STACK_DEPTH = 36;
    public static final int REQUEST_TIMEOUT = 40;
    public static final int SIZE = 64;

    private InitOut() {}
  }

  /** Attributes of a node, inside other structs. */
  public static final class Attr {
    public static final int INO = 0;
    public static final int SIZE_FIELD = 8;
    public static final int BLOCKS = 16;
    public static final int ATIME = 24;
    public static final int MTIME = 32;
    public static final int CTIME = 40;
    public static final int ATIMENSEC = 48;
    public static final int MTIMENSEC = 52;
    public static final int CTIMENSEC = 56;
    public static final int MODE = 60;
    public static final int NLINK = 64;
    public static final int UID = 68;
    public static final int GID = 72;
    public static final int RDEV = 76;
    public static final int BLKSIZE = 80;
    public static final int FLAGS = 84;
    public static final int SIZE = 88;

    private Attr() {}
  }

  /** The answer to LOOKUP, and to everything that makes a node. */
  public static final class EntryOut {
    public static final int NODEID = 0;
    public static final int GENERATION = 8;
    public static final int ENTRY_VALID = 16;
    public static final int ATTR_VALID = 24;
    public static final int ENTRY_VALID_NSEC = 32;
    public static final int ATTR_VALID_NSEC = 36;
    public static final int ATTR = 40;
    public static final int SIZE = 128;

    private EntryOut() {}
  }

  /** The answer to GETATTR and SETATTR. */
  public static final class AttrOut {
    public static final int ATTR_VALID = 0;
    public static final int ATTR_VALID_NSEC = 8;
    public static final int DUMMY = 12;
    public static final int ATTR = 16;
    public static final int SIZE = 104;

    private AttrOut() {}
  }

  /** The answer to OPEN and OPENDIR. */
  public static final class OpenOut {
    public static final int FH = 0;
    public static final int OPEN_FLAGS = 8;
    public static final int SIZE = 16;

    private OpenOut() {}
  }

  /** The answer to STATFS. */
  public static final class Kstatfs {
    public static final int BLOCKS = 0;
    public static final int BFREE = 8;
    public static final int BAVAIL = 16;
    public static final int FILES = 24;
    public static final int FFREE = 32;
    public static final int BSIZE = 40;
    public static final int NAMELEN = 44;
    public static final int FRSIZE = 48;
    public static final int SIZE = 80;

    private Kstatfs() {}
  }

  /** The answer to GETXATTR and LISTXATTR when only the size was asked for. */
  public static final class GetxattrOut {
    /** The field is named {@code size}, which is taken by the size of the struct. */
    public static final int SIZE_FIELD = 0;

    public static final int SIZE = 8;

    private GetxattrOut() {}
  }

  /** One name of a READDIR answer; the name's bytes follow, padded to {@link #ALIGNMENT}. */
  public static final class Dirent {
    public static final int INO = 0;
    public static final int OFF = 8;
    public static final int NAMELEN = 16;
    public static final int TYPE = 20;
    public static final int NAME = 24;
    public static final int SIZE = 24;
    public static final int ALIGNMENT = 8;

    private Dirent() {}

    /** The space that so many bytes take, up to where the next entry starts. */
    public static int padded(int size) {
      return (size + ALIGNMENT - 1) & -ALIGNMENT;
    }
  }

  /** One name of a READDIRPLUS answer: what LOOKUP would say, then a {@link Dirent}. */
  public static final class Direntplus {
    public static final int ENTRY_OUT = 0;
    public static final int DIRENT = EntryOut.SIZE;
    public static final int SIZE = DIRENT + Dirent.SIZE;

    private Direntplus() {}

    /** The space that the entry at an offset takes, its name and padding included. */
    public static int size(MemorySegment entries, long at) {
      return Dirent.padded(SIZE + Fields.u32(entries, at + DIRENT + Dirent.NAMELEN));
    }
  }

  /** A notification's body. */
  public static final class NotifyInvalInodeOut {
    public static final int INO = 0;
    public static final int OFF = 8;
    public static final int LEN = 16;
    public static final int SIZE = 24;

    private NotifyInvalInodeOut() {}
  }

  /** A notification's body; the name and a NUL follow. */
  public static final class NotifyInvalEntryOut {
    public static final int PARENT = 0;
    public static final int NAMELEN = 8;
    public static final int FLAGS = 12;
    public static final int SIZE = 16;

    private NotifyInvalEntryOut() {}
  }

  /** A notification's body; the name and a NUL follow. */
  public static final class NotifyDeleteOut {
    public static final int PARENT = 0;
    public static final int CHILD = 8;
    public static final int NAMELEN = 16;
    public static final int PADDING = 20;
    public static final int SIZE = 24;

    private NotifyDeleteOut() {}
  }

  /** A notification's body; the bytes follow. */
  public static final class NotifyStoreOut {
    public static final int NODEID = 0;
    public static final int OFFSET = 8;
    public static final int SIZE_FIELD = 16;
    public static final int PADDING = 20;
    public static final int SIZE = 24;

    private NotifyStoreOut() {}
  }
}
