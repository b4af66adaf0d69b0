package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stat, statfs and getxattr tell, and that nothing can be written. */
final class AttributesTest {
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository repository = repositories.create("some.git");
  private TestMount mount;

  @BeforeEach
  void mount() throws Exception {
    repository.commit(
        new Snapshot()
            .file("empty", "")
            .file("one", "1")
            .file("sector", "x".repeat(512))
            .file("more", "x".repeat(513))
            .executable("run", "#!/bin/sh\necho ran\n")
            .link("link", "one")
            .submodule("sub", "1".repeat(40))
            .file("dir/f", "x"));
    mount = TestMount.of(server.url(repository));
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
    server.close();
    repositories.close();
  }

  @Test
  void sizesAndBlocksAreExact() {
    assertThat(shell("stat -c '%n %s %b %B' empty one sector more link").lines())
        .containsExactly(
            "empty 0 0 512", "one 1 1 512", "sector 512 1 512", "more 513 2 512", "link 3 1 512");
  }

  @Test
  void timesAreTheCommits() {
    var committed = repository.git("log", "-1", "--format=%ct").text().strip();
    assertThat(shell("stat -c '%X %Y %Z' . one dir link").lines())
        .hasSize(4)
        .containsOnly(committed + " " + committed + " " + committed);
  }

  @Test
  void everythingBelongsToWhoMounted() {
    var me = Processes.command("id", "-u").run().text().strip();
    assertThat(shell("stat -c %u . one dir link sub").lines()).hasSize(5).containsOnly(me);
  }

  @Test
  void typesAndModesAreThoseOfACheckout() {
    assertThat(shell("umask 022; stat -c '%n %A' one run link dir sub").lines())
        .containsExactly(
            "one -rw-r--r--",
            "run -rwxr-xr-x",
            "link lrwxrwxrwx",
            "dir drwxr-xr-x",
            "sub drwxr-xr-x");
    assertThat(shell("./run")).isEqualTo("ran\n");
    assertThat(shell("ls -A sub")).isEmpty();
  }

  @Test
  void inodesStayWhatTheyAre() {
    var before = shell("stat -c %i one dir/f");
    mount.dropKernelCaches();
    assertThat(shell("stat -c %i one dir/f")).isEqualTo(before);
  }

  @Test
  void statfsShowsAFullFileSystem() {
    var fields = shell("stat -f -c '%S %a %f %d %l %b %c' .").strip().split(" ");
    assertThat(Long.parseLong(fields[0])).isPositive();
    assertThat(List.of(fields[1], fields[2], fields[3])).containsOnly("0");
    assertThat(fields[4]).isEqualTo("255");
    assertThat(Long.parseLong(fields[6])).isPositive();
    shell("df . && df -i .");
  }

  @Test
  void originIsToldInExtendedAttributes() {
    assertThat(Probe.run("xattrs", mount.path("one")).lines())
        .containsExactly("git.oid=" + repository.id("HEAD:one"), "git.type=blob");
    assertThat(Probe.run("xattrs", mount.path("dir")).lines())
        .containsExactly("git.oid=" + repository.id("HEAD:dir"), "git.type=tree");
    assertThat(Probe.run("xattrs", mount.path("sub")).lines())
        .containsExactly("git.oid=" + "1".repeat(40), "git.type=commit");
    assertThat(Probe.run("xattrs", mount.directory()).lines())
        .containsExactly(
            "git.commit=" + repository.id("HEAD"),
            "git.oid=" + repository.id("HEAD^{tree}"),
            "git.ref=refs/heads/main",
            "git.type=tree");
  }

  @Test
  void everyAttemptToWriteIsRefusedAsReadOnly() {
    for (var attempt :
        List.of(
            "echo x >one",
            "echo x >>one",
            "echo x >new",
            "mkdir new",
            "rm one",
            "rmdir dir",
            "mv one two",
            "ln one two",
            "ln -s one two",
            "chmod +x one",
            "chown 1 one",
            "touch one",
            "truncate -s 0 one",
            "mknod new p")) {
      var result =
          Processes.command("sh", "-c", attempt).in(mount.directory()).env("LC_ALL", "C").run();
      assertThat(result.exit()).as(attempt).isNotZero();
      assertThat(result.errors()).as(attempt).contains("Read-only file system");
    }
  }

  private String shell(String script) {
    return Processes.command("sh", "-c", script).in(mount.directory()).run().orFail().text();
  }
}
