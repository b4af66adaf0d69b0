package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a TLS server of our own can be made to do. It has no HTTP/2, and asks who is there. */
class HttpTlsTest {

  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir Path home;
  private HttpsServer server;
  private Setting setting;
  private final List<String> clients = new CopyOnWriteArrayList<>();
  private volatile String location = "";

  @BeforeEach
  void serve() throws Exception {
    // One certificate is server, client and the authority of both.
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout key.pem"
            + " -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost");
    openssl("pkcs12 -export -inkey key.pem -in cert.pem -out keys.p12 -passout pass:password");
    openssl("ec -in key.pem -out sec1.pem");
    var keys = KeyStore.getInstance(home.resolve("keys.p12").toFile(), PASSWORD);
    var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("cert", keys.getCertificate(keys.aliases().nextElement()));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), null);

    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new Asking(context));
    server.createContext(
        "/",
        exchange -> {
          clients.add(((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName());
          exchange.getResponseHeaders().add("Location", location);
          exchange.sendResponseHeaders(location.isEmpty() ? 404 : 302, -1);
          exchange.close();
        });
    server.start();
    setting = new Setting(home).env("GIT_SSL_CAINFO", home.resolve("cert.pem").toString());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static final class Asking extends HttpsConfigurator {
    Asking(SSLContext context) {
      super(context);
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
      wanted.setNeedClientAuth(true);
      parameters.setSSLParameters(wanted);
    }
  }

  private void openssl(String arguments) {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    Processes.command(command).in(home).run().orFail();
  }

  private String url() {
    return "https://localhost:" + server.getAddress().getPort() + "/repo.git";
  }

  @Test
  void theConfiguredCertificateSaysWhoIsThere() throws Exception {
    setting.config("[http]\n\tsslCert = " + home + "/cert.pem\n\tsslKey = " + home + "/key.pem\n");
    try (var remote = setting.open(url())) {
      Failing.with(Kind.NOT_FOUND, remote::capabilities);
    }
    assertThat(clients).containsExactly("CN=localhost");
  }

  @Test
  void certificateAndKeyMayBeInOneFile() throws Exception {
    Files.writeString(
        home.resolve("both.pem"),
        Files.readString(home.resolve("key.pem")) + Files.readString(home.resolve("cert.pem")));
    setting.config("[http]\n\tsslCert = ~/both.pem\n");
    try (var remote = setting.open(url())) {
      Failing.with(Kind.NOT_FOUND, remote::capabilities);
    }
    assertThat(clients).containsExactly("CN=localhost");
  }

  @Test
  void aKeyWithAPasswordIsNamed() throws Exception {
    openssl("pkcs8 -topk8 -in key.pem -out locked.pem -passout pass:s3cret");
    setting.env("GIT_SSL_CERT", home + "/cert.pem").env("GIT_SSL_KEY", home + "/locked.pem");
    try (var remote = setting.open(url())) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("has a password").hasMessageContaining("locked.pem");
    }
  }

  @Test
  void withoutOneTheServerRefusesTls() throws Exception {
    try (var remote = setting.open(url())) {
      Failing.with(Kind.UNREACHABLE, remote::capabilities);
    }
    assertThat(clients).isEmpty();
  }

  @Test
  void aKeyThatCannotBeReadIsNamedWithTheCommandThatConvertsIt() throws Exception {
    setting.env("GIT_SSL_CERT", home + "/cert.pem").env("GIT_SSL_KEY", home + "/sec1.pem");
    try (var remote = setting.open(url())) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("sec1.pem").hasMessageContaining("openssl pkcs8");
      assertThat(CapturedLog.text(failure))
          .doesNotContain(Files.readAllLines(home.resolve("sec1.pem")).get(1));
    }
  }

  private String keyHash() {
    openssl("ec -in key.pem -pubout -out public.pem");
    openssl("ec -in key.pem -pubout -outform DER -out public.der");
    openssl("dgst -sha256 -binary -out public.hash public.der");
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(home.resolve("public.hash")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void known(String pin) throws Exception {
    try (var remote =
        setting.env("GIT_CONFIG_COUNT", "3").env("GIT_CONFIG_VALUE_2", pin).open(url())) {
      Failing.with(Kind.NOT_FOUND, remote::capabilities);
    }
  }

  @Test
  void theServerHasThePinnedKeyOrIsRefused() throws Exception {
    String hash = keyHash();
    openssl("genpkey -algorithm ed25519 -out other.key");
    openssl("pkey -in other.key -pubout -out other.pem");
    setting
        .env("GIT_CONFIG_KEY_0", "http.sslCert")
        .env("GIT_CONFIG_VALUE_0", home + "/cert.pem")
        .env("GIT_CONFIG_KEY_1", "http.sslKey")
        .env("GIT_CONFIG_VALUE_1", home + "/key.pem")
        .env("GIT_CONFIG_KEY_2", "http.pinnedPubkey");
    String no = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    known("sha256//" + hash);
    known(no + ";sha256//" + hash);
    known(home + "/public.pem");
    known(home + "/public.der");
    clients.clear();
    for (String verify : List.of("", "1")) {
      if (!verify.isEmpty()) {
        setting.env("GIT_SSL_NO_VERIFY", verify);
      }
      for (String other : List.of(no, home + "/other.pem")) {
        try (var remote = setting.env("GIT_CONFIG_VALUE_2", other).open(url())) {
          var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
          assertThat(failure)
              .hasMessageContaining("http.pinnedPubkey")
              .hasMessageNotContaining("http.sslCAInfo");
        }
      }
    }
    assertThat(clients).isEmpty();
    for (String none : List.of(home + "/nothing.pem", "sha256//%", "")) {
      try (var remote = setting.env("GIT_CONFIG_VALUE_2", none).open(url())) {
        var failure = Failing.with(Kind.LOCAL, remote::capabilities);
        assertThat(failure).hasMessageContaining(none);
      }
    }
  }

  @Test
  void noRedirectLeadsOutOfTls() throws Exception {
    location = "http://localhost:1/repo.git/info/refs?service=git-upload-pack";
    setting.config("[http]\n\tsslCert = " + home + "/cert.pem\n\tsslKey = " + home + "/key.pem\n");
    try (var remote = setting.open(url())) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("from https to http");
    }
  }
}
