package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.Opcode;
import dev.gitfs.fuse.wire.ReplyStruct.Direntplus;
import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
import dev.gitfs.fuse.wire.RequestStruct.AccessIn;
import dev.gitfs.fuse.wire.RequestStruct.BatchForgetIn;
import dev.gitfs.fuse.wire.RequestStruct.ForgetIn;
import dev.gitfs.fuse.wire.RequestStruct.ForgetOne;
import dev.gitfs.fuse.wire.RequestStruct.GetxattrIn;
import dev.gitfs.fuse.wire.RequestStruct.OpenIn;
import dev.gitfs.fuse.wire.RequestStruct.ReadIn;
import dev.gitfs.fuse.wire.RequestStruct.ReleaseIn;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Which request is which operation of a {@link FileSystem}. A new operation is one entry here and
 * one method there.
 */
final class Operations {
  private static final Operation UNKNOWN = refused(Errno.ENOSYS);

  private final Operation[] table;

  Operations(Features features) {
    table = table();
    // The kernel was told that it may do without: it takes this for "never ask again".
    if (!features.fileHandles()) {
      table[Opcode.OPEN] = UNKNOWN;
    }
    if (!features.directoryHandles()) {
      table[Opcode.OPENDIR] = UNKNOWN;
    }
  }

  Operation of(int opcode) {
    return opcode >= 0 && opcode < table.length ? table[opcode] : UNKNOWN;
  }

  private static Operation refused(Errno errno) {
    return (fs, x) -> {
      throw errno.exception();
    };
  }

  private static Operation[] table() {
    var table = new Operation[Opcode.COUNT];
    Arrays.fill(table, UNKNOWN);

    table[Opcode.LOOKUP] = (fs, x) -> fs.lookup(x.request(), x.node(), x.name(0), x.entry());
    table[Opcode.FORGET] = Operations::forget;
    table[Opcode.BATCH_FORGET] = Operations::batchForget;
    table[Opcode.GETATTR] = (fs, x) -> fs.getattr(x.request(), x.node(), x.attributes());
    table[Opcode.READLINK] = (fs, x) -> fs.readlink(x.request(), x.node(), x.link());
    table[Opcode.ACCESS] =
        (fs, x) -> {
          x.done();
          fs.access(x.request(), x.node(), x.u32(AccessIn.MASK));
        };
    table[Opcode.STATFS] = (fs, x) -> fs.statfs(x.request(), x.node(), x.statfs());

    table[Opcode.OPEN] = (fs, x) -> fs.open(x.request(), x.node(), x.u32(OpenIn.FLAGS), x.open());
    table[Opcode.READ] =
        (fs, x) -> {
          int size = x.u32(ReadIn.SIZE_FIELD);
          fs.read(
              x.request(), x.node(), x.u64(ReadIn.FH), x.u64(ReadIn.OFFSET), size, x.read(size));
        };
    table[Opcode.RELEASE] =
        (fs, x) -> {
          x.done();
          fs.release(x.request(), x.node(), x.u64(ReleaseIn.FH));
        };

    table[Opcode.OPENDIR] =
        (fs, x) -> fs.opendir(x.request(), x.node(), x.u32(OpenIn.FLAGS), x.open());
    table[Opcode.READDIR] =
        (fs, x) ->
            fs.readdir(
                x.request(),
                x.node(),
                x.u64(ReadIn.FH),
                x.u64(ReadIn.OFFSET),
                x.directory(x.u32(ReadIn.SIZE_FIELD)));
    table[Opcode.READDIRPLUS] =
        (fs, x) ->
            fs.readdirplus(
                x.request(),
                x.node(),
                x.u64(ReadIn.FH),
                x.u64(ReadIn.OFFSET),
                x.directoryPlus(x.u32(ReadIn.SIZE_FIELD)));
    table[Opcode.RELEASEDIR] =
        (fs, x) -> {
          x.done();
          fs.releasedir(x.request(), x.node(), x.u64(ReleaseIn.FH));
        };

    table[Opcode.GETXATTR] =
        (fs, x) ->
            fs.getxattr(
                x.request(),
                x.node(),
                x.name(GetxattrIn.SIZE),
                x.xattr(x.u32(GetxattrIn.SIZE_FIELD)));
    table[Opcode.LISTXATTR] =
        (fs, x) -> fs.listxattr(x.request(), x.node(), x.xattrList(x.u32(GetxattrIn.SIZE_FIELD)));

    for (int mutation :
        new int[] {
          Opcode.SETATTR,
          Opcode.SYMLINK,
          Opcode.MKNOD,
          Opcode.MKDIR,
          Opcode.UNLINK,
          Opcode.RMDIR,
          Opcode.RENAME,
          Opcode.RENAME2,
          Opcode.LINK,
          Opcode.WRITE,
          Opcode.SETXATTR,
          Opcode.REMOVEXATTR,
          Opcode.CREATE,
          Opcode.TMPFILE,
          Opcode.FALLOCATE,
          Opcode.COPY_FILE_RANGE
        }) {
      table[mutation] = refused(Errno.EROFS);
    }

    table[Opcode.DESTROY] = (fs, x) -> x.done();
    table[Opcode.NOTIFY_REPLY] = (fs, x) -> x.noAnswer();
    return table;
  }

  private static void forget(FileSystem fs, Exchange x) {
    x.noAnswer();
    forget(fs, x.node(), x.u64(ForgetIn.NLOOKUP));
  }

  private static void batchForget(FileSystem fs, Exchange x) {
    x.noAnswer();
    int count = x.u32(BatchForgetIn.COUNT);
    for (int i = 0, at = BatchForgetIn.SIZE; i < count; i++, at += ForgetOne.SIZE) {
      forget(fs, x.u64(at + ForgetOne.NODEID), x.u64(at + ForgetOne.NLOOKUP));
    }
  }

  /** One that fails must not lose the others of its batch. */
  private static void forget(FileSystem fs, long node, long lookups) {
    try {
      fs.forget(node, lookups);
    } catch (RuntimeException | Error e) {
      fs.failed("forgetting node " + node, e);
    }
  }

  /**
   * Takes back the lookup counts of an answer that the kernel did not take, because it had given
   * the request up.
   */
  static void unsent(FileSystem fs, Exchange x) {
    MemorySegment answer = x.out().segment();
    int end = ReplyBuffer.BODY + x.out().length();
    switch (x.opcode()) {
      case Opcode.LOOKUP -> forgetEntry(fs, answer, ReplyBuffer.BODY);
      case Opcode.READDIRPLUS -> {
        for (int at = ReplyBuffer.BODY; at < end; at += Direntplus.size(answer, at)) {
          forgetEntry(fs, answer, at);
        }
      }
      default -> {}
    }
  }

  private static void forgetEntry(FileSystem fs, MemorySegment answer, int at) {
    long node = Fields.u64(answer, at + EntryOut.NODEID);
    if (node != 0) {
      forget(fs, node, 1);
    }
  }
}
