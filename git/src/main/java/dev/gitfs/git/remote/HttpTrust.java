package dev.gitfs.git.remote;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which servers are believed to be who they say. Certificates are read when the first server shows
 * its own: for plain HTTP never, for TLS while the connection is being made.
 */
final class HttpTrust {

  /**
   * Contexts by what they are made from, for all remotes: a hundred of the usual certificates take
   * more than a megabyte, and remotes may be as many.
   */
  private static final Map<Terms, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

  /** The files that OpenSSL looks at in a directory: by hash, as c_rehash names them. */
  private static final Pattern HASHED = Pattern.compile("[0-9a-f]{8}\\.[0-9]+");

  private HttpTrust() {}

  /**
   * @param changed when the files were, in their order: others are then in the same place
   */
  private record Terms(
      boolean verify,
      boolean onlyTls13,
      Optional<PinnedKey> pin,
      Optional<Path> authorities,
      Optional<Path> directory,
      Optional<Path> certificate,
      Optional<Path> key,
      List<FileTime> changed) {

    static Terms of(HttpSettings settings) throws RemoteException {
      var files =
          Stream.of(
              settings.authorities(),
              settings.authorityDirectory(),
              settings.clientCertificate(),
              settings.clientKey());
      return new Terms(
          settings.verify(),
          settings.onlyTls13(),
          PinnedKey.of(settings),
          settings.authorities(),
          settings.authorityDirectory(),
          settings.clientCertificate(),
          settings.clientKey(),
          files.flatMap(Optional::stream).map(Terms::changed).toList());
    }

    private static FileTime changed(Path file) {
      try {
        return Files.getLastModifiedTime(file);
      } catch (IOException e) {
        // Who reads it will say so.
        return FileTime.fromMillis(0);
      }
    }
  }

  /**
   * A context for TLS to the server that {@code settings} are for.
   *
   * @param soon whether it is about to be used
   */
  static SSLContext context(HttpSettings settings, boolean soon) throws RemoteException {
    var terms = Terms.of(settings);
    var known = CONTEXTS.get(terms);
    if (known != null) {
      return known;
    }
    var fresh = newContext(settings, terms, soon);
    CONTEXTS.put(terms, fresh);
    return fresh;
  }

  private static SSLContext newContext(HttpSettings settings, Terms terms, boolean soon)
      throws RemoteException {
    X509ExtendedTrustManager trust;
    if (settings.verify()) {
      var authorities = settings.authorities();
      var directory = settings.authorityDirectory();
      var loading = new FutureTask<>(() -> load(authorities, directory));
      if (soon) {
        Thread.startVirtualThread(loading);
      }
      trust = new Late(loading);
    } else {
      trust = new Anyone();
    }
    KeyManager[] keys = null;
    if (settings.clientCertificate().isPresent()) {
      keys =
          ClientCertificate.keys(
              settings.clientCertificate().get(), settings.clientKey().orElseThrow());
    }
    try {
      var context = SSLContext.getInstance("TLS");
      var strict = new Strict(trust, terms.pin, terms.onlyTls13);
      context.init(keys, new TrustManager[] {strict}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new RemoteException(
          RemoteException.Kind.UNREACHABLE, "this Java has no TLS: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager load(Optional<Path> authorities, Optional<Path> directory)
      throws GeneralSecurityException, IOException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    var files = new ArrayList<Path>();
    authorities.ifPresent(files::add);
    if (directory.isPresent()) {
      try (var names = Files.list(directory.get())) {
        names
            .filter(file -> HASHED.matcher(file.getFileName().toString()).matches())
            .forEach(files::add);
      } catch (IOException e) {
        throw new CertificateException(
            "the certificates to trust cannot be listed in " + directory.get(), e);
      }
    }
    factory.init(files.isEmpty() ? null : keyStore(files));
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager usable) {
        return usable;
      }
    }
    throw new GeneralSecurityException("this Java cannot verify X.509 certificates");
  }

  private static KeyStore keyStore(List<Path> files) throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (Path file : files) {
      try (var in = new BufferedInputStream(Files.newInputStream(file))) {
        for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("authority-" + number++, certificate);
        }
      } catch (IOException | CertificateException e) {
        throw new CertificateException("the certificates to trust cannot be read from " + file, e);
      }
    }
    return store;
  }

  /** Of a client: there are no clients to check. */
  private abstract static class ServerTrust extends X509ExtendedTrustManager {

    /**
     * Checks a server that was connected to by {@code by}, an engine or a socket, if that is known.
     */
    abstract void check(X509Certificate[] chain, String type, Optional<Object> by)
        throws CertificateException;

    static void check(
        X509ExtendedTrustManager with, X509Certificate[] chain, String type, Optional<Object> by)
        throws CertificateException {
      switch (by.orElse(null)) {
        case SSLEngine engine -> with.checkServerTrusted(chain, type, engine);
        case Socket socket -> with.checkServerTrusted(chain, type, socket);
        case null, default -> with.checkServerTrusted(chain, type);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain, type, Optional.ofNullable(engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain, type, Optional.ofNullable(socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain, type, Optional.empty());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Verifies with what is loaded by the time it is needed. */
  private static final class Late extends ServerTrust {

    private final FutureTask<X509ExtendedTrustManager> loading;

    Late(FutureTask<X509ExtendedTrustManager> loading) {
      this.loading = loading;
    }

    private X509ExtendedTrustManager loaded() throws CertificateException {
      try {
        loading.run();
        return loading.get();
      } catch (ExecutionException e) {
        throw new CertificateException(e.getCause().getMessage(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CertificateException("interrupted", e);
      }
    }

    @Override
    void check(X509Certificate[] chain, String type, Optional<Object> by)
        throws CertificateException {
      check(loaded(), chain, type, by);
    }
  }

  /** What is wanted whether or not the certificate is verified: as in curl. */
  private static final class Strict extends ServerTrust {

    private final X509ExtendedTrustManager other;
    private final Optional<PinnedKey> pin;
    private final boolean onlyTls13;

    Strict(X509ExtendedTrustManager other, Optional<PinnedKey> pin, boolean onlyTls13) {
      this.other = other;
      this.pin = pin;
      this.onlyTls13 = onlyTls13;
    }

    @Override
    void check(X509Certificate[] chain, String type, Optional<Object> by)
        throws CertificateException {
      check(other, chain, type, by);
      if (pin.isPresent() && (chain.length == 0 || !pin.get().is(chain[0].getPublicKey()))) {
        throw new CertificateException(
            "the server's public key is not the one that http.pinnedPubkey names");
      }
      if (onlyTls13 && !protocol(by).equals("TLSv1.3")) {
        throw new CertificateException("the server speaks no TLS 1.3, which http.sslVersion wants");
      }
    }

    private static String protocol(Optional<Object> by) {
      return switch (by.orElse(null)) {
        case SSLEngine engine -> engine.getHandshakeSession().getProtocol();
        case SSLSocket socket -> socket.getHandshakeSession().getProtocol();
        case null, default -> "";
      };
    }
  }

  /** What {@code http.sslVerify=false} asks for. */
  private static final class Anyone extends ServerTrust {

    @Override
    void check(X509Certificate[] chain, String type, Optional<Object> by) {
      // The user's word.
    }
  }
}
