package dev.gitfs.fuse;

/**
 * A file system, as the kernel sees it: one method for each operation.
 *
 * <h2>Nodes and lookup counts</h2>
 *
 * A node id names a file, directory or link. {@link #ROOT} is always there; every other id reaches
 * the kernel by a {@link #lookup} or by an entry with a node of {@link #readdirplus}, and each such
 * answer adds one to the node's lookup count, which the file system keeps. {@link #forget}
 * subtracts as many as the kernel gives back. While the count is above zero the id must stay valid,
 * even after its name is gone. A pair of node id and generation is never used for anything else
 * during the life of a mount. At the end of the mount the kernel does not send what it still holds:
 * all counts are then zero.
 *
 * <h2>How an operation runs</h2>
 *
 * An operation fills in its reply and returns, or throws a {@link FuseException} (the process that
 * asked gets its errno) or {@link InterruptedException} (it gets EINTR). Anything else that is
 * thrown is reported ({@link #failed}) and becomes EIO. The request, the name and the reply are
 * lent for the duration of the call and are used by the calling thread only.
 *
 * <p>Methods are called by many threads at once. An operation first runs on a <em>reader
 * thread</em>, of which there are few: it answers from memory or says {@link Request#willWait()}
 * before anything that may block (network, disk, a lock held by such). That call does not return on
 * a reader thread: the operation is run again from its start by a virtual thread, where the call
 * returns at once and everything may block. A waiting thread is interrupted when the process that
 * asked is killed, and at the end of the mount.
 *
 * <h2>What is not here</h2>
 *
 * Operations that change something are answered EROFS, all others that are not listed ENOSYS, which
 * the kernel remembers and does not ask again.
 */
public interface FileSystem {
  /** The node id of the root directory. Its lookup count is not kept. */
  long ROOT = 1;

  /** What this file system asks of the kernel; called once, before {@link #init}. */
  default Features features() {
    return Features.DEFAULT;
  }

  /** Called once before the first operation. If it throws, the mount fails. */
  default void init(Connection connection) {}

  /** Called once after the last operation has ended, however the mount came to its end. */
  default void destroy() {}

  /**
   * Called after {@code what} has thrown what it should not, and was answered with an errno if it
   * is a request. The mount goes on. It is logged, if nothing else is done about it.
   */
  default void failed(String what, Throwable failure) {
    System.getLogger(FileSystem.class.getName()).log(System.Logger.Level.ERROR, what, failure);
  }

  /**
   * Finds a name in a directory. The answer is {@link EntryReply#found} with attributes and adds
   * one to the lookup count of the node; or {@link EntryReply#absent}, which the kernel may
   * remember; or ENOENT, which it does not remember. ENOTDIR, EACCES and EIO mean themselves.
   *
   * <p>The kernel never asks for "." and ".." unless {@link Features#exportable()}.
   */
  void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException, InterruptedException;

  /**
   * Takes {@code lookups} from the lookup count of a node. Has no answer and must not block. Also
   * called for what an answer counted that the kernel did not take, since it had given the request
   * up.
   */
  void forget(long node, long lookups);

  /**
   * The attributes of a node. Asked when what the kernel had is no longer valid; an unchanging node
   * is answered with {@link Validity#FOREVER}.
   */
  void getattr(Request request, long node, AttributesReply reply)
      throws FuseException, InterruptedException;

  /**
   * The target of a symbolic link, as raw bytes. The kernel keeps it until the node is invalidated.
   * EINVAL for what is not a link.
   */
  default void readlink(Request request, long node, LinkReply reply)
      throws FuseException, InterruptedException {
    throw Errno.EINVAL.exception();
  }

  /**
   * Opens a file; only with {@link Features#fileHandles()}. {@code flags} are those of open(2)
   * without O_CREAT, O_EXCL and O_NOCTTY, in the numbers of this architecture. Whatever handle is
   * given comes with each read and once, at the end, with {@link #release}.
   */
  default void open(Request request, long node, int flags, OpenReply reply)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }

  /**
   * Reads {@code size} bytes from {@code offset}. Fewer than asked for means the end of the file:
   * the kernel fills the rest with zeros up to the size it knows, so a failure is an error, never a
   * short answer. Comes in any order and from several processes at once; at most {@link
   * Connection#maxRead()}.
   */
  void read(Request request, long node, long handle, long offset, int size, ReadReply reply)
      throws FuseException, InterruptedException;

  /**
   * Ends the use of a handle of {@link #open}. Called once a handle; its error is seen by nobody.
   */
  default void release(Request request, long node, long handle)
      throws FuseException, InterruptedException {}

  /**
   * Opens a directory; only with {@link Features#directoryHandles()}. Otherwise as {@link #open}.
   */
  default void opendir(Request request, long node, int flags, OpenReply reply)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }

  /**
   * Lists a directory from {@code offset}: 0 for the start, otherwise the {@code nextOffset} of
   * some entry of this directory (the last one the process has seen, perhaps long ago). Adds
   * entries in order until the reply has no room; nothing added means the end. "." and ".." are
   * entries like others. No lookup count changes.
   */
  void readdir(Request request, long node, long handle, long offset, DirectoryReply reply)
      throws FuseException, InterruptedException;

  /**
   * Lists a directory as {@link #readdir} does, and looks the entries up on the way: an entry to
   * which {@link DirectoryPlusReply#entry()} gives a node counts as one lookup of it. An entry
   * without (attributes are not known, or would be slow; always for "." and "..") is a name alone
   * and is looked up when someone needs it.
   *
   * <p>Only with {@link Features#readdirplus()} other than NEVER.
   */
  default void readdirplus(
      Request request, long node, long handle, long offset, DirectoryPlusReply reply)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }

  /** Ends the use of a handle of {@link #opendir}. */
  default void releasedir(Request request, long node, long handle)
      throws FuseException, InterruptedException {}

  /** Space and limits of the whole file system. By default all zero, names up to 255 bytes. */
  default void statfs(Request request, long node, StatfsReply reply)
      throws FuseException, InterruptedException {}

  /**
   * The value of an extended attribute; ENODATA if the node has none of that name. The default,
   * ENOSYS, makes the kernel answer EOPNOTSUPP from then on without asking.
   *
   * <p>Where the kernel checks permissions, it asks for "system.posix_acl_access" of a node (and
   * "system.posix_acl_default" of a directory) once and keeps the answer as it keeps attributes.
   */
  default void getxattr(Request request, long node, Name name, XattrReply reply)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }

  /** The names of the extended attributes of a node. ENOSYS as in {@link #getxattr}. */
  default void listxattr(Request request, long node, XattrListReply reply)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }

  /**
   * Checks access(2) and chdir(2) by the mask R_OK 4, W_OK 2, X_OK 1; EACCES refuses. The default,
   * ENOSYS, allows everything from then on. Not asked when the kernel checks permissions itself
   * ({@link MountOptions#defaultPermissions()}).
   */
  default void access(Request request, long node, int mask)
      throws FuseException, InterruptedException {
    throw Errno.ENOSYS.exception();
  }
}
