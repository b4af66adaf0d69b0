package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.testkit.GitDaemonServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.SshServer;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A namespace of servers that speak no HTTP: git daemon, and sshd by both spellings of its URLs.
 */
final class NamespaceServersTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository tool = repositories.create("acme/tool");

  @BeforeEach
  void commit() {
    var first = tool.commit(new Snapshot().file("README", "one\n").file("a/b/c", "deep\n"));
    tool.annotatedTag("v1", first);
    tool.commit(new Snapshot().file("README", "two\n").file("a/b/c", "deep\n").link("l", "a/b"));
    tool.commit("refs/heads/feature/x", new Snapshot().file("README", "x\n"), first);
  }

  @AfterEach
  void close() {
    repositories.close();
  }

  @Test
  void gitDaemon() throws Exception {
    try (var daemon = new GitDaemonServer(repositories)) {
      isShownAndFollowed(daemon.url("").replaceFirst("/$", ""), Map.of());
    }
  }

  @Test
  void sshd() throws Exception {
    try (var sshd = new SshServer(repositories)) {
      isShownAndFollowed(
          sshd.url("").replaceFirst("/$", ""), Map.of("GIT_SSH_COMMAND", sshd.sshCommand()));
    }
  }

  @Test
  void sshdByHostAndPath() throws Exception {
    try (var sshd = new SshServer(repositories)) {
      isShownAndFollowed(
          System.getProperty("user.name") + "@127.0.0.1:" + repositories.root(),
          Map.of("GIT_SSH_COMMAND", sshd.sshCommand() + " -p " + sshd.port()));
    }
  }

  private void isShownAndFollowed(String url, Map<String, String> environment) throws Exception {
    try (var namespace = TestNamespace.of(environment, Forge.of("here", ForgeKind.PLAIN, url))) {
      assertThat(TreeFingerprint.of(namespace.directory().resolve("here/acme/tool")).lines())
          .containsExactlyElementsOf(
              TreeFingerprint.ofCheckout(
                      tool.checkout(namespace.directory().resolveSibling("checkout")))
                  .lines());
      assertThat(namespace.shell("cat here/acme/tool@v1/README here/acme/tool@feature%2Fx/README"))
          .isEqualTo("one\nx\n");
      assertThat(namespace.shell("ls here/acme/tool@")).isEqualTo("feature%2Fx\nmain\nv1\n");
      assertThat(namespace.run("stat here/acme/absent here/acme/tool@absent").errors().lines())
          .hasSize(2)
          .allMatch(line -> line.endsWith("No such file or directory"));
      tool.commit(new Snapshot().file("README", "three\n"));
      tool.git("update-ref", "-d", "refs/heads/feature/x");
      namespace.mount().refresh(namespace.directory());
      assertThat(namespace.shell("cat here/acme/tool/README here/acme/tool@feature%2Fx/README"))
          .isEqualTo("three\nx\n");
    }
  }
}
