package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Repositories by their names below one directory, of a git server and of a directory. */
final class NamespaceTest {

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository tool = repositories.create("acme/tool");
  private String first;
  private TestNamespace namespace;

  @BeforeEach
  void mount() throws Exception {
    first = tool.commit(new Snapshot().file("README", "one\n").file("a/b/c", "deep\n"));
    tool.tag("v1", first);
    tool.annotatedTag("v1.0", first);
    tool.commit(new Snapshot().file("README", "two\n").file("a/b/c", "deep\n").link("l", "a/b"));
    tool.commit("refs/heads/feature/x", new Snapshot().file("README", "x\n"), first);
    namespace = TestNamespace.of(plain(), local());
  }

  private Forge plain() {
    return Forge.of("plain", ForgeKind.PLAIN, server.url(""));
  }

  private Forge local() {
    return Forge.of("local", ForgeKind.LOCAL, repositories.root().toString());
  }

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    server.close();
    repositories.close();
  }

  private String cat(String path) {
    return namespace.shell("cat '" + path + "'");
  }

  @Test
  void aRepositoryIsThereByItsName() throws Exception {
    assertThat(TreeFingerprint.of(namespace.directory().resolve("plain/acme/tool")))
        .isEqualTo(
            TreeFingerprint.ofCheckout(
                tool.checkout(namespace.directory().resolveSibling("checkout"))));
  }

  @Test
  void aDirectoryOfRepositoriesIsOneOfNames() {
    assertThat(cat("local/acme/tool/README")).isEqualTo("two\n");
    assertThat(namespace.shell("ls local local/acme"))
        .isEqualTo("local:\nacme\n\nlocal/acme:\ntool\n");
  }

  @Test
  void behindAnAtComesATag() {
    assertThat(cat("plain/acme/tool@v1/README")).isEqualTo("one\n");
    assertThat(cat("plain/acme/tool@v1.0/README")).isEqualTo("one\n");
  }

  @Test
  void orABranchWithItsSlashesEscaped() {
    assertThat(cat("plain/acme/tool@feature%2Fx/README")).isEqualTo("x\n");
  }

  @Test
  void orACommit() {
    assertThat(cat("plain/acme/tool@" + first + "/README")).isEqualTo("one\n");
  }

  @Test
  void orTheBeginningOfACommitsId() {
    assertThat(cat("plain/acme/tool@" + first.substring(0, 7) + "/README")).isEqualTo("one\n");
  }

  @Test
  void whatIsNoRefIsNotThere() {
    assertThat(namespace.run("cat plain/acme/tool@absent/README").errors())
        .contains("No such file or directory");
  }

  @Test
  void allBranchesAndTagsAreListedBehindTheAtAlone() {
    assertThat(namespace.shell("ls plain/acme/tool@")).isEqualTo("feature%2Fx\nmain\nv1\nv1.0\n");
    assertThat(cat("plain/acme/tool@/v1/README")).isEqualTo("one\n");
    assertThat(namespace.shell("cd plain/acme/tool@/feature%2Fx && cat README")).isEqualTo("x\n");
    assertThat(namespace.shell("readlink plain/acme/tool@/main")).isEqualTo("../tool@main\n");
  }

  @Test
  void theTopListsTheForges() {
    assertThat(namespace.shell("ls")).isEqualTo("local\nplain\n");
  }

  @Test
  void anOwnerListsWhatWasOpened() {
    assertThat(namespace.shell("ls plain/acme")).isEmpty();
    cat("plain/acme/tool/README");
    assertThat(namespace.shell("touch plain/acme/x 2>/dev/null; ls plain")).isEqualTo("acme\n");
  }

  @Test
  void branchesAreFollowedByOneRequestForAllThatAreOpen() throws Exception {
    assertThat(cat("plain/acme/tool/README")).isEqualTo("two\n");
    assertThat(cat("plain/acme/tool@feature%2Fx/README")).isEqualTo("x\n");
    assertThat(cat("plain/acme/tool@v1/README")).isEqualTo("one\n");
    assertThat(namespace.run("stat plain/acme/tool/new").exit()).isEqualTo(1);
    tool.commit(new Snapshot().file("README", "three\n").file("new", "n\n"));
    tool.commit("refs/heads/feature/x", new Snapshot().file("README", "y\n"), first);
    server.forgetRequests();
    var moves = namespace.mount().refresh(namespace.directory().resolve("plain/acme/tool/a/b"));
    assertThat(moves).containsOnlyKeys("plain/acme/tool");
    assertThat(server.requests(RequestKind.LS_REFS)).hasSize(1);
    assertThat(cat("plain/acme/tool/README")).isEqualTo("three\n");
    assertThat(cat("plain/acme/tool/new")).isEqualTo("n\n");
    assertThat(cat("plain/acme/tool@feature%2Fx/README")).isEqualTo("y\n");
    assertThat(cat("plain/acme/tool@v1/README")).isEqualTo("one\n");
    assertThat(namespace.shell("ls plain/acme/tool")).isEqualTo("README\nnew\n");
  }

  @Test
  void allRefsOfARepositoryAreRefreshedByOneRequest() throws Exception {
    cat("plain/acme/tool/README");
    cat("plain/acme/tool@feature%2Fx/README");
    server.forgetRequests();
    assertThat(namespace.mount().refresh(namespace.directory()))
        .containsOnlyKeys("plain/acme/tool", "plain/acme/tool@feature%2Fx");
    assertThat(server.requests(RequestKind.LS_REFS)).hasSize(1);
  }
}
