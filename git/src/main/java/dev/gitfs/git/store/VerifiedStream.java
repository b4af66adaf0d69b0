package dev.gitfs.git.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectStream;

/** The content of an object as it is inflated. Where it ends, its hash must be its id. */
final class VerifiedStream extends FilterInputStream {

  private final ObjectId id;
  private final MessageDigest digest = Sha1.digest();
  private boolean verified;

  VerifiedStream(ObjectStream content, ObjectId id, long size) {
    super(content);
    this.id = id;
    digest.update(Sha1.header(content.getType(), size));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = in.read(target, offset, length);
    if (count > 0) {
      digest.update(target, offset, count);
    } else if (count < 0 && !verified) {
      verified = true;
      if (!id.equals(ObjectId.fromRaw(digest.digest()))) {
        throw new CorruptObjectException(id, "its content has another hash");
      }
    }
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
