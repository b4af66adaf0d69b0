package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository.RawEntry;
import dev.gitfs.testkit.TreeFingerprint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Trees that git would refuse to check out, from a server that sends them all the same. */
final class HostileTreeTest {
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  @Test
  void namesThatGitRefusesAreNeverShown() throws Exception {
    var repository = repositories.create("hostile.git");
    var blob = repository.blob("x\n".getBytes(StandardCharsets.UTF_8));
    var other = repository.blob("y\n".getBytes(StandardCharsets.UTF_8));
    var hook = repository.rawTree(List.of(new RawEntry("100755", "post-checkout", blob)));
    var inner =
        repository.rawTree(
            List.of(
                new RawEntry("40000", ".git", hook),
                new RawEntry("100644", "..", blob),
                new RawEntry("100644", "good", blob)));
    var root =
        repository.rawTree(
            List.of(
                new RawEntry("100644", ".", blob),
                new RawEntry("100644", "..", blob),
                new RawEntry("40000", ".GIT", hook),
                new RawEntry("40000", ".Git", hook),
                new RawEntry("40000", ".git", hook),
                new RawEntry("100644", "a/b", blob),
                new RawEntry("100644", "fine", blob),
                new RawEntry("40000", "git~1", hook),
                new RawEntry("40000", "inner", inner),
                new RawEntry("100644", "twice", blob),
                new RawEntry("100644", "twice", other)));
    repository.commitTree("refs/heads/main", root);
    var logged = new ListAppender<ILoggingEvent>();
    var logger = (Logger) LoggerFactory.getLogger("dev.gitfs.mount");
    logged.start();
    logger.addAppender(logged);
    try (var mount = TestMount.of(server.url(repository))) {
      for (var look = 0; look < 2; look++) {
        var seen = TreeFingerprint.of(mount.directory()).lines();
        assertThat(seen.stream().map(line -> line.split(" ")[0]))
            .containsExactly("fine", "inner", "inner/good", "twice");
        mount.dropKernelCaches();
      }
      for (var name : List.of(".git", ".GIT", "git~1", "inner/.git/post-checkout")) {
        assertThat(Processes.command("stat", name).in(mount.directory()).run().errors())
            .contains("No such file or directory");
      }
      assertThat(
              logged.list.stream()
                  .filter(event -> event.getFormattedMessage().contains("not shown")))
          .hasSize(2);
    } finally {
      logger.detachAppender(logged);
    }
  }

  @Test
  void aMountHasNoDotGit() throws Exception {
    var repository = repositories.create("some.git");
    repository.commit(new Snapshot().file("f", "x"));
    try (var mount = TestMount.of(server.url(repository))) {
      assertThat(Processes.command("ls", "-A").in(mount.directory()).run().orFail().text())
          .isEqualTo("f\n");
      assertThat(Processes.command("ls", ".git").in(mount.directory()).run().exit()).isNotZero();
    }
  }
}
