package dev.gitfs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stock git can clone from each server. */
final class ServersTest {
  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private TestRepository repository;

  @BeforeEach
  void makeRepository() {
    repository = repositories.create("some.git");
    repository.commit(
        new Snapshot()
            .file("README", "hello\n")
            .executable("bin/run", "#!/bin/sh\n")
            .link("latest", "bin/run"));
  }

  @AfterEach
  void deleteRepositories() {
    repositories.close();
  }

  @Test
  void httpBackend() {
    try (var server = new HttpBackendServer(repositories)) {
      clonesRight(server, Map.of());
      assertThat(server.kinds())
          .containsExactly(RequestKind.INFO_REFS, RequestKind.LS_REFS, RequestKind.FETCH);
      assertThat(server.requests(RequestKind.FETCH).getFirst().text())
          .contains("command=fetch")
          .contains("want " + repository.id("HEAD"));
    }
  }

  @Test
  void httpBackendInProtocolV0() {
    try (var server = new HttpBackendServer(repositories).withoutProtocolV2()) {
      clonesRight(server, Map.of());
      assertThat(server.kinds()).containsExactly(RequestKind.INFO_REFS, RequestKind.FETCH);
    }
  }

  @Test
  void httpBackendOffersObjectInfoOrNot() {
    for (var offered : List.of(true, false)) {
      try (var server = new HttpBackendServer(repositories).offerObjectInfo(offered)) {
        var trace =
            Git.command(List.of("ls-remote", server.url(repository)))
                .env("GIT_TRACE_PACKET", "1")
                .run()
                .orFail()
                .errors();
        assertThat(trace).contains("fetch=shallow");
        assertThat(trace.contains("object-info")).isEqualTo(offered);
      }
    }
  }

  @Test
  void nginxWithHttp2AndAPrivateAuthority() {
    try (var server = new NginxServer(repositories)) {
      clonesRight(server, Map.of("GIT_SSL_CAINFO", server.caFile().toString()));
      assertThat(server.accesses())
          .isNotEmpty()
          .allSatisfy(access -> assertThat(access.protocol()).isEqualTo("HTTP/2.0"));
    }
  }

  @Test
  void nginxIsTrustedByNobodyElse() {
    try (var server = new NginxServer(repositories)) {
      var result = clone(server.url(repository), Map.of());
      assertThat(result.exit()).isNotZero();
      assertThat(result.errors()).contains("certificate");
    }
  }

  @Test
  void gitDaemon() {
    try (var server = new GitDaemonServer(repositories)) {
      clonesRight(server, Map.of());
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void ssh() {
    try (var server = new SshServer(repositories)) {
      clonesRight(server, Map.of("GIT_SSH_COMMAND", server.sshCommand(), "GIT_TRACE_PACKET", "1"));
      assertThat(server.logins()).isEqualTo(1);
    }
  }

  @Test
  void sshLetsTheClientChooseTheProtocolOrNot() {
    for (var v2 : List.of(true, false)) {
      try (var server = new SshServer(repositories, v2)) {
        var trace =
            Git.command(List.of("ls-remote", server.url(repository)))
                .env("GIT_SSH_COMMAND", server.sshCommand())
                .env("GIT_TRACE_PACKET", "1")
                .run()
                .orFail()
                .errors();
        assertThat(trace.contains("version 2")).isEqualTo(v2);
      }
    }
  }

  @Test
  void localPath() {
    try (var server = GitServer.localPath(repositories)) {
      clonesRight(server, Map.of());
    }
  }

  private void clonesRight(GitServer server, Map<String, String> environment) {
    clone(server.url(repository), environment).orFail();
    assertThat(TreeFingerprint.ofCheckout(directory.resolve("clone")))
        .isEqualTo(TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("expected"))));
  }

  private Processes.Result clone(String url, Map<String, String> environment) {
    return Git.command(List.of("clone", "-q", url, "clone")).env(environment).in(directory).run();
  }
}
