package dev.gitfs.git.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The public key that {@code http.pinnedPubkey} wants of a server: a file with it, in PEM or DER,
 * or the SHA-256 of its encoding, {@code sha256//BASE64;sha256//BASE64…}; as curl documents it
 * under CURLOPT_PINNEDPUBLICKEY.
 *
 * @param hashes those of which one must be the key's, in hexadecimal digits
 */
record PinnedKey(Set<String> hashes) {

  private static final String HASH = "sha256//";

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

  /** curl's: what is larger is no key. */
  private static final int LARGEST_FILE = 1 << 20;

  static Optional<PinnedKey> of(HttpSettings settings) throws RemoteException {
    var setting = settings.pinnedKey();
    return setting.isPresent() ? Optional.of(parse(setting.get(), settings)) : Optional.empty();
  }

  private static PinnedKey parse(String pin, HttpSettings settings) throws RemoteException {
    try {
      if (pin.startsWith(HASH)) {
        return new PinnedKey(
            Arrays.stream(pin.split(";"))
                .map(String::strip)
                .filter(part -> part.startsWith(HASH))
                .map(part -> Base64.getDecoder().decode(part.substring(HASH.length())))
                .map(HexFormat.of()::formatHex)
                .collect(Collectors.toUnmodifiableSet()));
      }
      return new PinnedKey(Set.of(hash(encoded(settings.path(pin)))));
    } catch (IOException | IllegalArgumentException e) {
      // Not passed over: a pin that cannot be read must not let any key pass.
      throw new RemoteException(
          RemoteException.Kind.LOCAL,
          "http.pinnedPubkey names no public key: "
              + pin
              + " ("
              + (e instanceof IOException ? "it cannot be read" : "it is no Base64")
              + ")",
          e);
    }
  }

  private static byte[] encoded(Path file) throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IOException(file + " is too large");
    }
    byte[] content = Files.readAllBytes(file);
    var pem = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
    return pem.find() ? Base64.getMimeDecoder().decode(pem.group(1)) : content;
  }

  boolean is(PublicKey key) {
    return hashes.contains(hash(key.getEncoded()));
  }

  private static String hash(byte[] encoded) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
