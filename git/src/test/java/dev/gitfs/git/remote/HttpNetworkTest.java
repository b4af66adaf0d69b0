package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.NginxServer;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, HTTP/2 and proxies. */
class HttpNetworkTest {

  private static final Credential PROXY_LOGIN = new Credential("us er", "pr0xy-s3cret");

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private String head;
  private Setting setting;

  @BeforeEach
  void aRepository() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    head = repository.commit(new Snapshot().file("a", "a"));
    setting = new Setting(home);
  }

  @AfterEach
  void deleteIt() {
    repositories.close();
  }

  @Test
  void tlsServersAreAskedOverOneHttp2Connection() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.config("[http]\n\tsslCAInfo = " + nginx.caFile() + "\n");
      try (var remote = setting.open(nginx.url(repository))) {
        remote.listRefs(List.of("HEAD"));
        remote.fetch(Setting.objects(head), new Received());
      }
      assertThat(nginx.accesses(3))
          .hasSize(3)
          .extracting(NginxServer.Access::protocol)
          .containsOnly("HTTP/2.0");
      assertThat(nginx.accesses(3))
          .extracting(NginxServer.Access::connection)
          .containsOnly(nginx.accesses(3).getFirst().connection());
    }
  }

  @Test
  void anUnknownAuthorityIsRefusedWithAdvice() throws Exception {
    try (var nginx = new NginxServer(repositories);
        var remote = setting.open(nginx.url(repository))) {
      var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
      assertThat(failure).hasMessageContaining("http.sslCAInfo");
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @Test
  void anotherHostsCertificateIsRefused() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.env("SSL_CERT_FILE", nginx.caFile().toString());
      try (var remote = setting.open(nginx.url(repository).replace("localhost", "127.0.0.2"))) {
        Failing.with(Kind.UNREACHABLE, remote::capabilities);
      }
      try (var remote = setting.open(nginx.url(repository))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void aCertificateFileThatCannotBeReadIsNamed() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.env("GIT_SSL_CAINFO", "/no/such/file.pem");
      try (var remote = setting.open(nginx.url(repository))) {
        var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
        assertThat(failure).hasMessageContaining("/no/such/file.pem");
      }
    }
  }

  @Test
  void verificationIsOffWhereTheUserSaysSo() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.config("[http \"" + nginx.url("") + "\"]\n\tsslVerify = false\n");
      try (var remote = setting.open(nginx.url(repository).replace("localhost", "LOCALHOST"))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void plainHttpGoesThroughTheProxy() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var proxy = new Proxy(Optional.empty())) {
      setting.env("http_proxy", "http://127.0.0.1:" + proxy.port());
      try (var remote = setting.open(server.url(repository))) {
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      }
      assertThat(proxy.heads()).hasSize(2).allMatch(head -> head.contains(" http://127.0.0.1:"));
    }
  }

  @Test
  void tlsGoesThroughATunnelAndOnlyTheProxyLearnsItsPassword() throws Exception {
    try (var log = new CapturedLog();
        var nginx = new NginxServer(repositories);
        var proxy = new Proxy(Optional.of(PROXY_LOGIN.basic()))) {
      setting.config("[http]\n\tsslCAInfo = " + nginx.caFile() + "\n");
      setting.config(
          "[http]\n\tproxy = http://us%20er:pr0xy-s3cret@127.0.0.1:" + proxy.port() + "\n");
      try (var remote = setting.open(nginx.url(repository))) {
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      }
      // As curl: without first, since who the proxy is shows in what it asks for.
      assertThat(proxy.heads()).hasSize(2).allMatch(head -> head.startsWith("connect localhost:"));
      assertThat(proxy.heads().getFirst()).doesNotContain("proxy-authorization");
      assertThat(log.text()).doesNotContain(PROXY_LOGIN.password(), PROXY_LOGIN.basic());
    }
  }

  @Test
  void plainHttpSendsTheProxyItsPassword() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var proxy = new Proxy(Optional.of(PROXY_LOGIN.basic()))) {
      setting.config("[http]\n\tproxy = us%20er:pr0xy-s3cret@127.0.0.1:" + proxy.port() + "\n");
      try (var remote = setting.open(server.url(repository))) {
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      }
      assertThat(proxy.heads()).hasSize(3);
      assertThat(proxy.heads().getFirst()).doesNotContain("proxy-authorization");
      assertThat(server.requests())
          .allSatisfy(request ->
              assertThat(request.headers().toString().toLowerCase(Locale.ROOT))
                  .doesNotContain("proxy-authorization"));
    }
  }

  @Test
  void aProxyThatRefusesIsNotTheServersFault() throws Exception {
    try (var nginx = new NginxServer(repositories);
        var server = new HttpBackendServer(repositories);
        var proxy = new Proxy(Optional.of(PROXY_LOGIN.basic()))) {
      setting.env("all_proxy", "http://us%20er:wr0ng-s3cret@127.0.0.1:" + proxy.port());
      for (var url : List.of(server.url(repository), nginx.url(repository))) {
        try (var remote = setting.open(url)) {
          var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
          assertThat(CapturedLog.text(failure)).contains("proxy").doesNotContain("wr0ng-s3cret");
        }
      }
    }
  }

  @Test
  void aProxyThatIsDownIsNamed() throws Exception {
    setting.env("all_proxy", "http://127.0.0.1:1");
    try (var server = new HttpBackendServer(repositories);
        var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
      assertThat(failure).hasMessageContaining("the proxy 127.0.0.1:1");
    }
  }

  @Test
  void theProxysPasswordIsSentAtOnceWhereTheUserSaysSo() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var proxy = new Proxy(Optional.of(PROXY_LOGIN.basic()))) {
      setting.config("[http]\n\tproxy = us%20er:pr0xy-s3cret@127.0.0.1:" + proxy.port() + "\n");
      setting.config("[http]\n\tproxyAuthMethod = basic\n");
      try (var remote = setting.open(server.url(repository))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
      assertThat(proxy.heads()).hasSize(1);
    }
  }

  @Test
  void aProxyThatOffersNoBasicIsSentNoPassword() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var proxy = new Proxy(Optional.of(PROXY_LOGIN.basic())).offering("Negotiate")) {
      setting.config("[http]\n\tproxy = us%20er:pr0xy-s3cret@127.0.0.1:" + proxy.port() + "\n");
      try (var remote = setting.open(server.url(repository))) {
        var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
        assertThat(failure).hasMessageContaining("Negotiate");
      }
      assertThat(proxy.heads()).noneMatch(head -> head.contains("proxy-authorization"));
    }
  }

  @Test
  void certificatesAreTrustedFromADirectoryToo() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      var directory = Files.createDirectory(home.resolve("certificates"));
      Files.copy(nginx.caFile(), directory.resolve("0123abcd.0"));
      setting.config("[http]\n\tsslCAPath = " + directory + "\n");
      try (var remote = setting.open(nginx.url(repository))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void http1IsSpokenWhereTheUserSaysSo() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.config(
          "[http]\n\tversion = HTTP/1.1\n\tsslVersion = tlsv1\n\tsslCAInfo = "
              + nginx.caFile()
              + "\n");
      try (var remote = setting.open(nginx.url(repository))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
      assertThat(nginx.accesses())
          .extracting(NginxServer.Access::protocol)
          .containsOnly("HTTP/1.1");
      // This nginx speaks TLS 1.2.
      setting.env("GIT_SSL_VERSION", "tlsv1.3");
      try (var remote = setting.open(nginx.url(repository))) {
        var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
        assertThat(failure).hasMessageContaining("http.sslVersion");
      }
    }
  }

  @Test
  void exemptHostsAreReachedDirectly() throws Exception {
    try (var server = new HttpBackendServer(repositories)) {
      setting.env("http_proxy", "http://127.0.0.1:1").env("no_proxy", "127.0.0.0/8");
      try (var remote = setting.open(server.url(repository))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void aProxyThatCannotBeUsedIsNotGoneAround() {
    setting.config("[http]\n\tproxy = socks5://me:s3cret@127.0.0.1:1\n");

    var failure = Failing.with(Kind.UNSUPPORTED, () -> setting.open("http://127.0.0.1:1/r"));
    assertThat(failure).hasMessageContaining("socks5").hasMessageNotContaining("s3cret");
  }

  @Test
  void aRequestIsOneRoundTrip() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var link = new SlowLink(server, Duration.ofMillis(2), SlowLink.UNLIMITED);
        var remote = setting.open(link.url(server.url(repository)))) {
      remote.listRefs(List.of("HEAD"));
      remote.fetch(Setting.commit(head, Optional.of(Filter.NO_BLOBS)), new Received());

      assertThat(link.roundTrips()).isEqualTo(3);
      assertThat(link.connections()).isEqualTo(1);
    }
  }

  @Test
  void aServerWhoseConnectionIsSilentIsGreetedOverAnother() throws Exception {
    try (var nginx = new NginxServer(repositories);
        var link = new SlowLink(nginx, Duration.ofMillis(2), SlowLink.UNLIMITED)) {
      setting.impatient().env("SSL_CERT_FILE", nginx.caFile().toString());
      try (var remote = setting.open(link.url(nginx.url(repository)))) {
        remote.capabilities();
        link.stall();
        Thread.ofVirtual().start(() -> resumeOnceReplaced(link));

        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
        assertThat(link.connections()).isEqualTo(2);
        assertThat(remote.statistics().retries()).isZero();
      }
    }
  }

  private static void resumeOnceReplaced(SlowLink link) {
    while (link.connections() < 2) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    link.resume();
  }
}
