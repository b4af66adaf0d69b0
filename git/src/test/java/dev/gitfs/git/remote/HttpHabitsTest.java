package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that speak HTTP otherwise than git's own does, and well all the same. */
class HttpHabitsTest {

  @TempDir Path home;
  private GitRepositories repositories;
  private HttpBackendServer server;
  private TestRepository repository;
  private Setting setting;
  private String blob;
  private String head;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    server = new HttpBackendServer(repositories);
    repository = repositories.create("repo.git");
    head = repository.commit(new Snapshot().file("blob", "content"));
    blob = repository.id("HEAD:blob");
    setting = new Setting(home).impatient();
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  /** Refs and a commit, as a mount asks for them; returns how often something was asked again. */
  private long reading(String url) throws Exception {
    try (var remote = setting.open(url)) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      var received = new Received();
      remote.fetch(Setting.commit(head, Optional.of(Filter.NO_BLOBS)), received);
      assertThat(received.objects()).isEqualTo(2);
      remote.fetch(Setting.objects(blob), received);
      assertThat(received.has(blob)).isTrue();
      return remote.statistics().retries();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s; charset=utf-8", "%s;charset=UTF-8;x=\"a;b\"", "  %s  "})
  void aMediaTypeMayHaveParameters(String written) throws Exception {
    server.habits().mediaType(written::formatted);

    assertThat(reading(server.url(repository))).isZero();
  }

  @Test
  void aMediaTypeMayBeInAnyCase() throws Exception {
    server.habits().mediaType(type -> type.toUpperCase(Locale.ROOT));

    assertThat(reading(server.url(repository))).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void aRedirectWithoutABodyMaySayGzip(int status) throws Exception {
    server.habits().gzipNothing();
    server.inject(
        RequestKind.INFO_REFS,
        new Fault.Redirect(status, "HTTP://127.0.0.1:" + server.port() + "/./x/.."),
        1);

    assertThat(reading(server.url(repository))).isZero();
  }

  @Test
  void aRefusalWithoutABodyMaySayGzip() throws Exception {
    server.habits().gzipNothing();
    server.requireBasicAuth("me", "secret");
    setting.file(".netrc", "machine 127.0.0.1 login me password secret\n");

    // Once without credentials, as always.
    assertThat(reading(server.url(repository))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410, 403})
  void anErrorWithoutABodyMaySayGzip(int status) throws Exception {
    server.habits().gzipNothing();
    server.inject(new Fault.Answer(status));

    try (var remote = setting.open(server.url(repository))) {
      Failing.with(status == 403 ? Kind.FORBIDDEN : Kind.NOT_FOUND, remote::capabilities);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aBusyServersErrorWithoutABodyMaySayGzip() throws Exception {
    server.habits().gzipNothing();
    server.inject(RequestKind.LS_REFS, new Fault.Answer(503), 1);

    assertThat(reading(server.url(repository))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Location", "location"})
  void aRedirectMayBeRelative(String name) throws Exception {
    server.inject(
        RequestKind.INFO_REFS,
        new Fault.Answer(
            301, Map.of(name, "/./repo.git/info/refs?service=git-upload-pack#fragment")),
        1);

    assertThat(reading(server.url(repository))).isZero();
  }

  @Test
  void aRedirectMayNameNoScheme() throws Exception {
    server.inject(
        RequestKind.INFO_REFS,
        new Fault.Answer(
            302,
            Map.of(
                "Location",
                "//LOCALHOST:" + server.port() + "/repo.git/info/refs?service=git-upload-pack")),
        1);

    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
      assertThat(remote.location()).isEqualTo("http://localhost:" + server.port() + "/repo.git");
    }
  }

  @Test
  void anAnswerMayBeOfHttp10() throws Exception {
    server.habits().http10();

    assertThat(reading(server.url(repository))).isZero();
  }

  @Test
  void aConnectionMayTakeFewRequests() throws Exception {
    server.habits().requestsPerConnection(2);

    assertThat(reading(server.url(repository))).isZero();
    assertThat(server.connectionsAccepted()).isEqualTo(2);
  }

  @Test
  void anAnswerMayComeAtOnce() throws Exception {
    server.habits().buffers();

    assertThat(reading(server.url(repository))).isZero();
  }

  @Test
  void versionZeroIsAskedAsGitAsksIt() throws Exception {
    server.withoutProtocolV2();
    server.habits().wantsMultiAck();

    assertThat(reading(server.url(repository))).isZero();
    assertThat(server.requests(RequestKind.FETCH).getFirst().text())
        .contains(
            "want "
                + head
                + " multi_ack_detailed side-band-64k thin-pack no-progress ofs-delta agent="
                + Protocol.AGENT
                + " filter\n");
  }
}
