package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.git.remote.UnusualHosts.CertificateNames;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.NginxServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that Java does not take for hosts. */
class UnusualHostsTest {

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private Setting setting;
  private String head;
  private String blob;

  @BeforeEach
  void aRepository() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    head = repository.commit(new Snapshot().file("blob", "x".repeat(300_000)));
    blob = repository.id("HEAD:blob");
    setting = new Setting(home);
  }

  @AfterEach
  void deleteIt() {
    repositories.close();
  }

  private void reads(String url) throws Exception {
    reads(url, 0);
  }

  private void reads(String url, int refusals) throws Exception {
    try (var remote = setting.open(url)) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      var received = new Received();
      remote.fetch(Setting.commit(head, Optional.of(Filter.NO_BLOBS)), received);
      remote.fetch(Setting.objects(blob), received);
      assertThat(received.has(blob)).isTrue();
      assertThat(remote.statistics().retries()).isLessThanOrEqualTo(refusals);
      assertThat(remote.statistics().bytesReceived()).isPositive();
    }
  }

  private static String at(String host, String url) {
    return url.replaceFirst("://[^:]+:", "://" + host + ":");
  }

  @Test
  void aHostIsAskedByItsName() throws Exception {
    try (var server = new HttpBackendServer(repositories)) {
      reads(at("git_host", server.url(repository)));

      assertThat(server.requests())
          .hasSize(4)
          .allSatisfy(request ->
              assertThat(request.headers()).containsEntry("host", "git_host:" + server.port()));
      assertThat(server.connectionsAccepted()).isEqualTo(1);
    }
  }

  @Test
  void itsRefusalsAreUnderstood() throws Exception {
    try (var server = new HttpBackendServer(repositories)) {
      server.requireBasicAuth("me", "secret");
      setting.file(".netrc", "machine git_host login me password secret\n");
      try (var remote = setting.open(at("git_host", server.url(repository)))) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
      try (var remote = setting.open(at("other_host", server.url(repository)))) {
        Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      }
      server.inject(new Fault.Answer(404));
      try (var remote = setting.open(at("git_host", server.url(repository)))) {
        Failing.with(Kind.NOT_FOUND, remote::capabilities);
      }
    }
  }

  @Test
  void aRedirectMayLeadThereAndBack() throws Exception {
    try (var first = new HttpBackendServer(repositories);
        var second = new HttpBackendServer(repositories)) {
      first.inject(
          RequestKind.INFO_REFS, new Fault.Redirect(301, "http://git_host:" + second.port()), 1);
      try (var remote = setting.open(first.url(repository))) {
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
        assertThat(remote.location()).isEqualTo("http://git_host:" + second.port() + "/repo.git");
      }
      second.inject(
          RequestKind.INFO_REFS, new Fault.Redirect(301, "http://127.0.0.1:" + first.port()), 1);
      reads(at("git_host", second.url(repository)));
    }
  }

  @Test
  void aRequestThatIsGivenUpLeavesNothingBehind() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var remote = setting.open(at("git_host", server.url(repository)))) {
      remote.capabilities();
      server.inject(RequestKind.FETCH, new Fault.Stall(1000), 1);
      var reader =
          Thread.startVirtualThread(() -> {
            try {
              remote.fetch(Setting.objects(blob), new Received());
            } catch (RemoteException | InterruptedException e) {
              // Expected.
            }
          });
      Eventually.holds("a fetch", () -> !server.requests(RequestKind.FETCH).isEmpty());
      reader.interrupt();

      assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  @Test
  void aHostThatIsNotThereIsReportedAtOnce() throws Exception {
    int port;
    try (var server = new HttpBackendServer(repositories)) {
      port = server.port();
    }
    try (var remote = setting.open("http://git_host:" + port + "/repo.git")) {
      assertThat(Failing.with(Kind.UNREACHABLE, remote::capabilities))
          .hasMessageContaining("refused");
    }
    try (var remote = setting.open("http://no_such.invalid/repo.git")) {
      assertThat(Failing.with(Kind.UNREACHABLE, remote::capabilities))
          .hasMessageContaining("no host has this name");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"git_host", "Git_Host", "localhost."})
  void itsCertificateMustBeForIt(String host) throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      setting.config("[http]\n\tsslCAInfo = " + nginx.caFile() + "\n");
      reads(at(host, nginx.url(repository)));

      try (var remote = setting.open(at("other_host", nginx.url(repository)))) {
        var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
        assertThat(failure).hasMessageContaining("not for other_host");
        assertThat(remote.statistics().retries()).isZero();
      }
      assertThat(nginx.accesses(4)).hasSize(4);
      assertThat(nginx.accesses().stream().map(NginxServer.Access::connection).distinct())
          .hasSize(1);
    }
  }

  @Test
  void itsCertificateMustBeOfAnAuthority() throws Exception {
    try (var nginx = new NginxServer(repositories)) {
      try (var remote = setting.open(at("git_host", nginx.url(repository)))) {
        assertThat(Failing.with(Kind.UNREACHABLE, remote::capabilities))
            .hasMessageContaining("http.sslCAInfo");
      }
      setting.config("[http]\n\tsslVerify = false\n");
      reads(at("other_host", nginx.url(repository)));
    }
  }

  @Test
  void aProxyIsAskedForItByName() throws Exception {
    try (var server = new HttpBackendServer(repositories);
        var nginx = new NginxServer(repositories);
        var proxy = new Proxy(Optional.of(new Credential("me", "pr0xy-s3cret").basic()))) {
      setting.config("[http]\n\tsslCAInfo = " + nginx.caFile() + "\n");
      setting.env("all_proxy", "http://me:pr0xy-s3cret@proxy_host:" + proxy.port());
      // A proxy gets its password once it asks for one.
      reads(at("git_host", server.url(repository)), 1);
      reads(at("git_host", nginx.url(repository)), 1);

      assertThat(proxy.heads())
          .anyMatch(line -> line.startsWith("get http://git_host:" + server.port() + "/repo.git"))
          .anyMatch(line -> line.startsWith("connect git_host:" + nginx.port()));
      assertThat(server.requests())
          .allSatisfy(
              request -> assertThat(request.headers()).doesNotContainKey("proxy-authorization"));
    }
  }

  @Test
  void aProxyThatRefusesIsNotTheServersFault() throws Exception {
    try (var nginx = new NginxServer(repositories);
        var proxy = new Proxy(Optional.of("Basic x"))) {
      setting.env("all_proxy", "http://me:wr0ng@proxy_host:" + proxy.port());
      try (var remote = setting.open(at("git_host", nginx.url(repository)))) {
        assertThat(Failing.with(Kind.UNAUTHENTICATED, remote::capabilities))
            .hasMessageContaining("proxy");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://my_git:9002/r.git",
        "http://a-.example/r",
        "http://-a.example/r",
        "http://host.1/r",
        "https://example.org./r",
        "http://[fe80::1%25eth0]:3000/r"
      })
  void anUnusualHostIsRecognised(String url) {
    assertThat(UnusualHosts.isOne(URI.create(url))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.org./r", "https://[::1]:1/r", "http://a--b/r"})
  void theOthersAreAskedAsUsual(String url) {
    assertThat(UnusualHosts.isOne(URI.create(url))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "my_git, my_git, true",
    "My_Git, my_git, true",
    "my_git, my_gitt, false",
    "*.corp.example, my_git.corp.example, true",
    "*.corp.example, a.my_git.corp.example, false",
    "*.corp.example, corp.example, false",
    "*.example, my_git.example, false",
    "m*.corp.example, my_git.corp.example, false",
    "*, my_git, false",
  })
  void aCertificateIsForItsNames(String name, String host, boolean covered) {
    assertThat(CertificateNames.covers(name, host)).isEqualTo(covered);
  }

  @Test
  void anOriginIsTheSameHoweverItIsWritten() {
    assertThat(HttpOrigin.of(URI.create("HTTPS://me@My_Git:443/x")))
        .contains(new HttpOrigin("https", "my_git", 443))
        .isEqualTo(HttpOrigin.of(URI.create("https://my_git")));
    assertThat(HttpOrigin.of(URI.create("ssh://host/x"))).isEmpty();
  }
}
