package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/** The hash that names objects. */
final class Sha1 {

  /** Of a hash. */
  static final int BYTES = 20;

  private Sha1() {}

  /** The JDK's, which processors do in hardware. It does not detect forged collisions. */
  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  /** Whether {@code id} is that of an object of this type and content. */
  static boolean isIdOf(AnyObjectId id, int type, byte[] content) {
    MessageDigest digest = digest();
    digest.update(header(type, content.length));
    return id.equals(ObjectId.fromRaw(digest.digest(content)));
  }

  /** What is hashed before an object's contents. */
  static byte[] header(int type, long size) {
    return (Constants.typeString(type) + ' ' + size + '\0').getBytes(US_ASCII);
  }
}
