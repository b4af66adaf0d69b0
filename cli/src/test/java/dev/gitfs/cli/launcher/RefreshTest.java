package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mount and its branch, as the one who types the commands sees it. */
class RefreshTest {

  private static final String MAIN = "refs/heads/main";

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    repository.commit(new Snapshot().file("file", "old").file("same", "same"));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void aRefreshShowsAndTellsWhatHasChanged() {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    String before = repository.id(MAIN).substring(0, 7);
    String after = push("new").substring(0, 7);

    assertThat(sandbox.gitFs("refresh", mount).orFail().lines())
        .containsExactly("main: " + before + ".." + after + ", 1 file changed");
    assertThat(read()).isEqualTo("new");
    assertThat(sandbox.mounts().getFirst().get("commit").getAsString())
        .isEqualTo(repository.id(MAIN));
    assertThat(sandbox.gitFs("refresh", mount.resolve("file")).orFail().lines())
        .containsExactly("main: " + after + ", nothing new");
  }

  @Test
  void withinAMountThatMountIsMeantAndElsewhereAllAre() {
    Path other = sandbox.path("other");
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    sandbox.gitFs("mount", "--pin", repository.directory(), other).orFail();
    push("new");

    assertThat(sandbox.gitFsCommand("refresh").in(mount).run().orFail().lines()).hasSize(1);
    assertThat(sandbox.gitFs("refresh").orFail().lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith(mount + ": main: ") && line.endsWith("nothing new"))
        .anyMatch(line -> line.startsWith(other + ": main: ") && line.endsWith("does not move"));
  }

  @Test
  void aMountPollsAsOftenAsItIsTold() throws Exception {
    sandbox.gitFs("mount", "--poll", "5s", repository.directory(), mount).orFail();
    push("new");

    Sandbox.await("the new commit", () -> read().equals("new"));
  }

  @Test
  void aBranchThatIsDeletedIsToldOf() {
    repository.branch("topic", MAIN);
    sandbox.gitFs("mount", "--ref", "topic", repository.directory(), mount).orFail();
    assertThat(sandbox.gitFs("status", mount).orFail().text())
        .contains("topic", repository.id(MAIN), "following");
    repository.git("update-ref", "-d", "refs/heads/topic");

    var refreshed = sandbox.gitFs("refresh", mount);

    assertThat(refreshed.exit()).isEqualTo(3);
    assertThat(refreshed.errors()).contains("refs/heads/topic", "was deleted");
    assertThat(read()).isEqualTo("old");
    assertThat(sandbox.gitFs("status", mount).orFail().text())
        .contains("branch-gone", "was deleted");
    assertThat(sandbox.list()).singleElement().asString().contains("branch-gone");
  }

  @Test
  void whatIsInNoMountIsRefused() {
    for (String command : new String[] {"refresh", "status"}) {
      assertThat(sandbox.gitFs(command, "/").exit()).isEqualTo(5);
    }
    assertThat(sandbox.gitFs("mount", "--poll", "1", repository.directory(), mount).exit())
        .isEqualTo(2);
  }

  private String push(String content) {
    return repository.commit(
        MAIN, new Snapshot().file("file", content).file("same", "same"), repository.id(MAIN));
  }

  private String read() {
    return sandbox.command("cat", mount + "/file").run().orFail().text();
  }
}
