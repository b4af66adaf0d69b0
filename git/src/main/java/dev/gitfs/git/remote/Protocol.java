package dev.gitfs.git.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineOut;

/** Encodes requests and decodes answers in one version of git's wire protocol. */
sealed interface Protocol permits ProtocolV0, ProtocolV2 {

  String AGENT = "git-fs/0.1";

  /** What the advertisement promised. */
  Capabilities capabilities();

  Request fetch(FetchRequest wanted);

  /** Reads an answer up to its pack; the stream ends where the answer does. */
  InputStream pack(InputStream answer, FetchRequest wanted) throws IOException;

  /** Picks the protocol that was advertised. */
  static Protocol of(Advertisement advertisement) throws TryFailedException {
    String format = advertisement.capabilities().getOrDefault("object-format", "sha1");
    if (!format.equals("sha1")) {
      throw TryFailedException.lasting(
          RemoteException.Kind.UNSUPPORTED,
          "the repository names its objects by "
              + format
              + "; git-fs reads sha1 repositories only");
    }
    return switch (advertisement) {
      case Advertisement.V2 v2 -> new ProtocolV2(v2);
      case Advertisement.V0 v0 -> new ProtocolV0(v0);
    };
  }

  /** Writes pkt-lines to memory. */
  static byte[] encode(PacketWriter writer) {
    var bytes = new ByteArrayOutputStream();
    try {
      writer.write(new PacketLineOut(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** Some packets. */
  @FunctionalInterface
  interface PacketWriter {
    void write(PacketLineOut out) throws IOException;
  }

  /** Whether {@code name} starts with one of {@code prefixes}, or there are none. */
  static boolean matches(String name, Collection<String> prefixes) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(name::startsWith);
  }

  /** {@code want} lines are the same in all versions but for what follows the first. */
  static void writeWants(PacketLineOut out, List<ObjectId> wants, String afterFirst)
      throws IOException {
    String after = afterFirst;
    for (var want : wants) {
      out.writeString("want " + want.name() + after + "\n");
      after = "";
    }
  }
}
