package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** Reads {@code http.sslCert} and {@code http.sslKey}: PEM files, the key unencrypted. */
final class ClientCertificate {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  private ClientCertificate() {}

  static KeyManager[] keys(Path certificate, Path key) throws RemoteException {
    // Never written anywhere, so it needs no password; the API does.
    char[] password = new char[0];
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("client", privateKey(key), password, chain(certificate));
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new RemoteException(
          RemoteException.Kind.UNSUPPORTED,
          "http.sslCert "
              + certificate
              + " and http.sslKey "
              + key
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  /** The same file may hold the key. */
  private static Certificate[] chain(Path file) throws GeneralSecurityException, IOException {
    var pem = new StringBuilder();
    var blocks = CERTIFICATE.matcher(Files.readString(file, ISO_8859_1));
    while (blocks.find()) {
      pem.append(blocks.group()).append('\n');
    }
    if (pem.isEmpty()) {
      throw new CertificateException("there is no certificate in PEM in " + file);
    }
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.toString().getBytes(ISO_8859_1)))
        .toArray(Certificate[]::new);
  }

  private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
    String text = Files.readString(file, ISO_8859_1);
    var pem = KEY.matcher(text);
    if (!pem.find()) {
      throw new InvalidKeySpecException(
          text.contains("ENCRYPTED")
              ? "the key has a password, which nobody is asked for; take it off, in a file that"
                  + " only you can read, with: openssl pkey -in KEY -out NEW"
              : "only PKCS#8 keys can be read; convert it with: openssl pkcs8 -topk8 -nocrypt");
    }
    var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // The encoding names its algorithm; Java only offers to try each.
      }
    }
    throw new InvalidKeySpecException("the key is neither RSA, EC nor EdDSA");
  }
}
