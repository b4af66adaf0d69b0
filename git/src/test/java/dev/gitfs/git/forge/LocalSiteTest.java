package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.CapturedLog;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Directories of repositories as people have them. */
class LocalSiteTest {

  private final GitRepositories repositories = new GitRepositories();
  private final Path root = repositories.root();

  @AfterEach
  void delete() {
    repositories.close();
  }

  private Site site(Path directory) {
    return Sites.open(
        Forge.of("here", ForgeKind.LOCAL, directory.toString()),
        Rules.NONE,
        root.resolve(".cache"),
        new RemoteOptions(Git.environment(), Timeouts.DEFAULT, RetryPolicy.DEFAULT));
  }

  private void shell(String script) {
    Processes.command("sh", "-c", script).in(root).run().orFail();
  }

  @Test
  void linksThatLeadBackAreNoDirectories() throws Exception {
    repositories.create("team/one.git");
    shell(
        "mkdir a b; ln -s .. a/up; ln -s ../b a/to-b; ln -s ../a b/to-a; ln -s . self; ln -s x x");
    shell("ln -s team/one.git linked; ln -s team group");
    var site = site(root);
    var top = site.list("").orElseThrow();
    assertThat(top.groups()).containsExactlyInAnyOrder("a", "b", "team", "group");
    assertThat(top.repositories()).extracting(HostedRepository::path).containsExactly("linked");
    assertThat(site.list("a").orElseThrow().groups()).containsExactly("to-b");
    assertThat(site.list("a/to-b").orElseThrow().groups()).isEmpty();
    assertThat(site.look("a/to-b/to-a")).isEqualTo(Place.ABSENT);
    assertThat(site.look("group/one")).isInstanceOf(Place.Repository.class);
  }

  @Test
  void aNameThatNoTextIsIsNotListed() throws Exception {
    shell("mkdir fine \"$(printf 'caf\\351')\"");
    assertThat(site(root).list("").orElseThrow().groups()).containsExactly("fine");
  }

  @Test
  void theTopMayBeARepositoryItself() throws Exception {
    repositories.create("dotfiles.git");
    shell("git init -q . && mkdir work && git init -q work/tree && git init -q --bare work/bare");
    var site = site(root);
    assertThat(site.look("dotfiles")).isInstanceOf(Place.Repository.class);
    assertThat(site.list("work").orElseThrow().repositories())
        .extracting(HostedRepository::path)
        .containsExactlyInAnyOrder("work/tree", "work/bare");
  }

  @Test
  void linkedWorktreesAndOldHeadsAreRepositories() throws Exception {
    repositories.create("old.git");
    shell("git -C old.git pack-refs --all; rm old.git/HEAD; ln -s refs/heads/main old.git/HEAD");
    shell("mkdir worktree; echo 'gitdir: ../old.git' >worktree/.git");
    assertThat(site(root).list("").orElseThrow().repositories())
        .extracting(HostedRepository::path)
        .containsExactlyInAnyOrder("old", "worktree");
  }

  @Test
  void tenThousandAreListedAndTheRestIsThereByName() throws Exception {
    shell("mkdir many; cd many; seq 10020 | xargs mkdir");
    try (var log = new CapturedLog()) {
      var site = site(root);
      var listing = site.list("many").orElseThrow();
      assertThat(listing.groups()).hasSize(10_000);
      assertThat(listing.complete()).isFalse();
      assertThat(log.messages(Level.WARN)).singleElement().asString().contains("10000", "by name");
      for (int i : new int[] {1, 10_020}) {
        assertThat(site.look("many/" + i)).isEqualTo(Place.GROUP);
      }
    }
  }

  @Test
  void aDirectoryThatCannotBeListedIsToldOnce() throws Exception {
    try (var log = new CapturedLog()) {
      var site = site(root.resolve("nowhere"));
      assertThat(site.list("")).isEmpty();
      assertThat(site.list("")).isEmpty();
      assertThat(site.look("x")).isEqualTo(Place.ABSENT);
      assertThat(log.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("here: " + root.resolve("nowhere"), "there is no such directory");
    }
    assertThat(Files.exists(root.resolve("nowhere"))).isFalse();
  }
}
