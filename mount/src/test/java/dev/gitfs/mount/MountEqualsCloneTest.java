package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.testkit.DulwichServer;
import dev.gitfs.testkit.GeneratedRepository;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitDaemonServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.GitServer;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.JGitDaemonServer;
import dev.gitfs.testkit.JGitHttpServer;
import dev.gitfs.testkit.NginxServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RepositoryArbitrary;
import dev.gitfs.testkit.SshServer;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * What a mount shows is what a real clone by stock git has checked out: every name, type, mode,
 * size, link target and byte, over every kind of server.
 */
final class MountEqualsCloneTest {

  /** Each takes half a second of real mounts and processes; over a dozen servers they add up. */
  private static final int TRIES = 5;

  private static GitRepositories repositories;
  private static HttpBackendServer http;
  private static HttpBackendServer httpInV0;
  private static HttpBackendServer httpWithoutSizes;
  private static NginxServer nginx;
  private static GitDaemonServer daemon;
  private static SshServer ssh;
  private static GitServer path;
  private static JGitDaemonServer jgitDaemon;
  private static JGitHttpServer jgitHttp;
  private static DulwichServer dulwichDaemon;
  private static DulwichServer dulwichHttp;
  private static final AtomicInteger made = new AtomicInteger();

  @BeforeContainer
  static void startServers() {
    repositories = new GitRepositories();
    http = new HttpBackendServer(repositories);
    httpInV0 = new HttpBackendServer(repositories).withoutProtocolV2();
    httpWithoutSizes = new HttpBackendServer(repositories).offerObjectInfo(false);
    nginx = new NginxServer(repositories);
    daemon = new GitDaemonServer(repositories);
    ssh = new SshServer(repositories);
    path = GitServer.localPath(repositories);
    jgitDaemon = new JGitDaemonServer(repositories);
    jgitHttp = new JGitHttpServer(repositories);
    dulwichDaemon = DulwichServer.daemon(repositories);
    dulwichHttp = DulwichServer.http(repositories);
  }

  @AfterContainer
  static void stopServers() {
    for (var server :
        List.of(
            http,
            httpInV0,
            httpWithoutSizes,
            nginx,
            daemon,
            ssh,
            path,
            jgitDaemon,
            jgitHttp,
            dulwichDaemon,
            dulwichHttp)) {
      server.close();
    }
    repositories.close();
  }

  @Provide
  Arbitrary<GeneratedRepository> generated() {
    return RepositoryArbitrary.repositories();
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overHttpBackend(@ForAll("generated") GeneratedRepository generated) throws Exception {
    mountEqualsClone(http, make(generated), Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overHttpBackendWithoutPartialClone(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    mountEqualsClone(http, make(generated).plain(), Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overHttpBackendInProtocolV0(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    mountEqualsClone(httpInV0, make(generated).plain(), Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void whenContentsAreFetchedAhead(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    var repository = make(generated);
    mountEqualsClone(http, repository, Map.of(), PrefetchMode.ADAPTIVE);
    mountEqualsClone(httpWithoutSizes, repository, Map.of(), PrefetchMode.ADAPTIVE);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void whenEverythingIsFetchedAhead(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    var repository = make(generated);
    mountEqualsClone(http, repository, Map.of(), PrefetchMode.ALL);
    mountEqualsClone(httpWithoutSizes, repository, Map.of(), PrefetchMode.ALL);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void whenThereIsNothingToFetchInParts(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    mountEqualsClone(http, make(generated).plain(), Map.of(), PrefetchMode.ADAPTIVE);
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overGitDaemon(@ForAll("generated") GeneratedRepository generated) throws Exception {
    mountEqualsClone(daemon, make(generated), Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overSsh(@ForAll("generated") GeneratedRepository generated) throws Exception {
    mountEqualsClone(ssh, make(generated), withTestKey());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overJGit(@ForAll("generated") GeneratedRepository generated) throws Exception {
    var repository = make(generated);
    mountEqualsClone(jgitDaemon, repository, Map.of());
    mountEqualsClone(jgitHttp, repository, Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overDulwich(@ForAll("generated") GeneratedRepository generated) throws Exception {
    var repository = make(generated);
    mountEqualsClone(dulwichDaemon, repository, Map.of());
    mountEqualsClone(dulwichHttp, repository, Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void fromALocalPath(@ForAll("generated") GeneratedRepository generated) throws Exception {
    mountEqualsClone(path, make(generated), Map.of());
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void overNginxWithHttp2AndAPrivateAuthority(@ForAll("generated") GeneratedRepository generated)
      throws Exception {
    mountEqualsClone(nginx, make(generated), withPrivateAuthority());
    assertThat(nginx.accesses())
        .isNotEmpty()
        .allSatisfy(access -> assertThat(access.protocol()).isEqualTo("HTTP/2.0"));
  }

  @Example
  void onThisRepository() throws Exception {
    var here = Git.command(List.of("rev-parse", "--show-toplevel")).run().orFail().text().strip();
    var repository = repositories.mirror("this.git", Path.of(here));
    mountEqualsClone(http, repository, Map.of());
    mountEqualsClone(http, repository, Map.of(), PrefetchMode.ADAPTIVE);
    mountEqualsClone(httpWithoutSizes, repository, Map.of(), PrefetchMode.ADAPTIVE);
    mountEqualsClone(http, repository, Map.of(), PrefetchMode.ALL);
    mountEqualsClone(nginx, repository, withPrivateAuthority());
    mountEqualsClone(daemon, repository, Map.of());
    mountEqualsClone(ssh, repository, withTestKey());
    mountEqualsClone(path, repository, Map.of());
  }

  private static Map<String, String> withTestKey() {
    return Map.of("GIT_SSH_COMMAND", ssh.sshCommand());
  }

  private static Map<String, String> withPrivateAuthority() {
    return Map.of("GIT_SSL_CAINFO", nginx.caFile().toString());
  }

  private static TestRepository make(GeneratedRepository generated) {
    var repository = repositories.create("generated-" + made.incrementAndGet() + ".git");
    generated.writeTo(repository);
    return repository;
  }

  private static void mountEqualsClone(
      GitServer server, TestRepository repository, Map<String, String> environment)
      throws IOException, InterruptedException {
    mountEqualsClone(server, repository, environment, PrefetchMode.OFF);
  }

  private static void mountEqualsClone(
      GitServer server,
      TestRepository repository,
      Map<String, String> environment,
      PrefetchMode mode)
      throws IOException, InterruptedException {
    var checkout = Files.createTempDirectory("gitfs-checkout");
    try (var mount = TestMount.of(server.url(repository), environment, Timeouts.DEFAULT, mode)) {
      assertThat(TreeFingerprint.of(mount.directory()).lines())
          .containsExactlyElementsOf(
              TreeFingerprint.ofCheckout(repository.checkout(checkout)).lines());
    } finally {
      Processes.command("rm", "-rf", checkout.toString()).run();
    }
  }
}
