package dev.gitfs.fuse.wire;

/**
 * Field offsets of the structs that come from the kernel, named as {@code linux/fuse.h} names them:
 * {@code ReadIn.READ_FLAGS} is {@code read_flags} in {@code struct fuse_read_in}.
 */
public final class RequestStruct {
  private RequestStruct() {}

  /** Before every request. */
  public static final class InHeader {
    public static final int LEN = 0;
    public static final int OPCODE = 4;
    public static final int UNIQUE = 8;
    public static final int NODEID = 16;
    public static final int UID = 24;
    public static final int GID = 28;
    public static final int PID = 32;
    public static final int TOTAL_EXTLEN = 36;
    public static final int SIZE = 40;

    private InHeader() {}
  }

  /** FLAGS2 is there if FLAGS has INIT_EXT. */
  public static final class InitIn {
    public static final int MAJOR = 0;
    public static final int MINOR = 4;
    public static final int MAX_READAHEAD = 8;
    public static final int FLAGS = 12;
    public static final int FLAGS2 = 16;
    public static final int SIZE = 64;

    private InitIn() {}
  }

  public static final class ForgetIn {
    public static final int NLOOKUP = 0;
    public static final int SIZE = 8;

    private ForgetIn() {}
  }

  /** {@link #COUNT} times {@link ForgetOne} follow. */
  public static final class BatchForgetIn {
    public static final int COUNT = 0;
    public static final int DUMMY = 4;
    public static final int SIZE = 8;

    private BatchForgetIn() {}
  }

  public static final class ForgetOne {
    public static final int NODEID = 0;
    public static final int NLOOKUP = 8;
    public static final int SIZE = 16;

    private ForgetOne() {}
  }

  /** OPEN and OPENDIR. */
  public static final class OpenIn {
    public static final int FLAGS = 0;
    public static final int OPEN_FLAGS = 4;
    public static final int SIZE = 8;

    private OpenIn() {}
  }

  /** RELEASE and RELEASEDIR. */
  public static final class ReleaseIn {
    public static final int FH = 0;
    public static final int FLAGS = 8;
    public static final int RELEASE_FLAGS = 12;
    public static final int LOCK_OWNER = 16;
    public static final int SIZE = 24;

    private ReleaseIn() {}
  }

  /** READ, READDIR and READDIRPLUS. */
  public static final class ReadIn {
    public static final int FH = 0;
    public static final int OFFSET = 8;
    public static final int SIZE_FIELD = 16;
    public static final int READ_FLAGS = 20;
    public static final int LOCK_OWNER = 24;
    public static final int FLAGS = 32;
    public static final int PADDING = 36;
    public static final int SIZE = 40;

    private ReadIn() {}
  }

  /** GETXATTR, where the name follows, and LISTXATTR. */
  public static final class GetxattrIn {
    public static final int SIZE_FIELD = 0;
    public static final int PADDING = 4;
    public static final int SIZE = 8;

    private GetxattrIn() {}
  }

  public static final class AccessIn {
    public static final int MASK = 0;
    public static final int PADDING = 4;
    public static final int SIZE = 8;

    private AccessIn() {}
  }

  public static final class InterruptIn {
    public static final int UNIQUE = 0;
    public static final int SIZE = 8;

    private InterruptIn() {}
  }
}
