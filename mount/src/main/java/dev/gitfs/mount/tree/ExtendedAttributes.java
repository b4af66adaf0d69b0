package dev.gitfs.mount.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.XattrListReply;
import dev.gitfs.fuse.XattrReply;
import dev.gitfs.git.store.Revision;
import java.util.List;
import java.util.Locale;
import org.eclipse.jgit.lib.Constants;

/** What a node tells of its origin, as extended attributes in the {@code user.git.} space. */
final class ExtendedAttributes {

  /** The attributes there are. */
  enum Kind {
    OID,
    TYPE,
    COMMIT,
    REF;

    private final byte[] name = ("user.git." + name().toLowerCase(Locale.ROOT)).getBytes(US_ASCII);
  }

  private static final List<Kind> OF_ALL = List.of(Kind.OID, Kind.TYPE);
  private static final List<Kind> OF_ROOT = List.of(Kind.values());

  private static final byte[] USER_SPACE = "user.".getBytes(US_ASCII);

  private final Revision revision;
  private final long root;
  private final byte[] commit;
  private final byte[] ref;

  /**
   * @param root the inode that has those of the revision as well
   */
  ExtendedAttributes(Revision revision, long root) {
    this.revision = revision;
    this.root = root;
    this.commit = revision.commit().name().getBytes(US_ASCII);
    this.ref = revision.ref().getBytes(UTF_8);
  }

  /** Whose they are. */
  Revision revision() {
    return revision;
  }

  /** Which of ours a name is; refuses all others, for which no node need be looked at. */
  Kind kind(long inode, Name name) throws FuseException {
    for (var kind : inode == root ? OF_ROOT : OF_ALL) {
      if (name.is(kind.name)) {
        return kind;
      }
    }
    throw absent(name).exception();
  }

  void get(Kind kind, Node node, XattrReply reply) throws FuseException {
    var value =
        switch (kind) {
          case OID -> node.id().name().getBytes(US_ASCII);
          case TYPE -> Constants.encodedTypeString(node.mode().getObjectType());
          case COMMIT -> commit;
          case REF -> ref;
        };
    reply.value(value, value.length);
  }

  void list(long inode, XattrListReply reply) throws FuseException {
    for (var kind : inode == root ? OF_ROOT : OF_ALL) {
      reply.add(kind.name);
    }
  }

  /**
   * Outside the user space there is nothing, ever; EOPNOTSUPP says so, upon which ls(1) asks for
   * the access control list of one file and not of each.
   */
  private static Errno absent(Name name) {
    int length = USER_SPACE.length;
    for (int i = 0; i < length; i++) {
      if (i >= name.length() || name.bytes()[i] != USER_SPACE[i]) {
        return Errno.EOPNOTSUPP;
      }
    }
    return Errno.ENODATA;
  }
}
