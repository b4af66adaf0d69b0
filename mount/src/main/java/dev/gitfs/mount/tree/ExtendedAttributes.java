package dev.gitfs.mount.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FileSystem;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.XattrListReply;
import dev.gitfs.fuse.XattrReply;
import dev.gitfs.git.store.Revision;
import org.eclipse.jgit.lib.Constants;

/** What a node tells of its origin, as extended attributes in the {@code user.git.} space. */
final class ExtendedAttributes {

  private static final byte[] OID = "user.git.oid".getBytes(US_ASCII);
  private static final byte[] TYPE = "user.git.type".getBytes(US_ASCII);
  private static final byte[] COMMIT = "user.git.commit".getBytes(US_ASCII);
  private static final byte[] REF = "user.git.ref".getBytes(US_ASCII);
  private static final byte[] USER_SPACE = "user.".getBytes(US_ASCII);

  private final byte[] commit;
  private final byte[] ref;

  ExtendedAttributes(Revision revision) {
    this.commit = revision.commit().name().getBytes(US_ASCII);
    this.ref = revision.ref().getBytes(UTF_8);
  }

  void get(Node node, Name name, XattrReply reply) throws FuseException {
    var value = value(node, name);
    reply.value(value, value.length);
  }

  void list(long inode, XattrListReply reply) throws FuseException {
    reply.add(OID);
    reply.add(TYPE);
    if (inode == FileSystem.ROOT) {
      reply.add(COMMIT);
      reply.add(REF);
    }
  }

  private byte[] value(Node node, Name name) throws FuseException {
    if (name.is(OID)) {
      return node.id().name().getBytes(US_ASCII);
    }
    if (name.is(TYPE)) {
      return Constants.encodedTypeString(node.mode().getObjectType());
    }
    if (node.inode() == FileSystem.ROOT && name.is(COMMIT)) {
      return commit;
    }
    if (node.inode() == FileSystem.ROOT && name.is(REF)) {
      return ref;
    }
    throw absent(name).exception();
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
