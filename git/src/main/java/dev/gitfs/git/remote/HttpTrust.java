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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
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

  private HttpTrust() {}

  /**
   * @param changed when the files were, in their order: others are then in the same place
   */
  private record Terms(
      boolean verify,
      Optional<PinnedKey> pin,
      Optional<Path> authorities,
      Optional<Path> certificate,
      Optional<Path> key,
      List<FileTime> changed) {

    static Terms of(HttpSettings settings) throws RemoteException {
      var files =
          Stream.of(settings.authorities(), settings.clientCertificate(), settings.clientKey());
      return new Terms(
          settings.verify(),
          PinnedKey.of(settings),
          settings.authorities(),
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
      var loading = new FutureTask<>(() -> load(authorities));
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
      var pinned = terms.pin.<X509ExtendedTrustManager>map(pin -> new Pinned(trust, pin));
      context.init(keys, new TrustManager[] {pinned.orElse(trust)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new RemoteException(
          RemoteException.Kind.UNREACHABLE, "this Java has no TLS: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager load(Optional<Path> authorities)
      throws GeneralSecurityException, IOException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities.isPresent() ? keyStore(authorities.get()) : null);
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager usable) {
        return usable;
      }
    }
    throw new GeneralSecurityException("this Java cannot verify X.509 certificates");
  }

  private static KeyStore keyStore(Path authorities) throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (var in = new BufferedInputStream(Files.newInputStream(authorities))) {
      int number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
    } catch (IOException | CertificateException e) {
      throw new CertificateException(
          "the certificates to trust cannot be read from " + authorities, e);
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

  /** Wants the one key besides, whether or not the certificate is verified: as in curl. */
  private static final class Pinned extends ServerTrust {

    private final X509ExtendedTrustManager other;
    private final PinnedKey pin;

    Pinned(X509ExtendedTrustManager other, PinnedKey pin) {
      this.other = other;
      this.pin = pin;
    }

    @Override
    void check(X509Certificate[] chain, String type, Optional<Object> by)
        throws CertificateException {
      check(other, chain, type, by);
      if (chain.length == 0 || !pin.is(chain[0].getPublicKey())) {
        throw new CertificateException(
            "the server's public key is not the one that http.pinnedPubkey names");
      }
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
