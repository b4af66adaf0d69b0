package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.eclipse.jgit.lib.Constants;

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

  /** What is hashed before an object's contents. */
  static byte[] header(int type, long size) {
    return (Constants.typeString(type) + ' ' + size + '\0').getBytes(US_ASCII);
  }
}
