package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.Snapshot;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a path leads to, what a repository is called now, and which commit some digits mean. */
class LookingTest {

  @ParameterizedTest
  @EnumSource(names = "GITLAB", mode = EnumSource.Mode.EXCLUDE)
  void anOwnerAndWhatMayBeARepositoryCostNoRequest(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site()) {
      assertThat(site.look("torvalds")).isEqualTo(Place.GROUP);
      assertThat(site.look("torvalds/linux")).isEqualTo(Place.PERHAPS);
      assertThat(site.look("torvalds/linux/kernel")).isEqualTo(Place.ABSENT);
      assertThat(played.server.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".git",
        ".hg",
        "..",
        "",
        ".Trash",
        "a b",
        "@eaDir",
        "torvalds/.git",
        "torvalds/..",
        "torvalds/",
        "torvalds/a b",
        "torvalds/linux.git",
        "tor%2Fvalds/x"
      })
  void whatNoForgeAllowsIsAbsentWithoutARequest(String path) throws Exception {
    for (Api api : Api.values()) {
      try (var played = new Played(api);
          var site = played.site()) {
        if (api == Api.BITBUCKET || api == Api.MESA) {
          // Names may begin with a dot there: the namespace knows what tools probe for.
          if (path.startsWith(".") || path.endsWith(".git")) {
            continue;
          }
        }
        assertThat(site.look(path)).as("%s on %s", path, api).isEqualTo(Place.ABSENT);
        assertThat(played.server.requests()).isEmpty();
      }
    }
  }

  @Test
  void whatAListingToldIsNotAskedAgain() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      played.server.repository("torvalds/linux", "master");
      site.list("torvalds");
      played.server.forgetRequests();
      assertThat(site.look("torvalds/Linux"))
          .isEqualTo(
              new Place.Repository(
                  new HostedRepository("torvalds/linux", Optional.of("master"), false)));
      assertThat(played.server.requests()).isEmpty();
    }
  }

  @Test
  void gitlabTellsGroupsFromRepositoriesAtAnyDepth() throws Exception {
    try (var played = new Played(Api.GITLAB);
        var site = played.site()) {
      played.server.group("a").group("a/b").group("a/b/c").repository("a/b/c/r", "main");
      assertThat(site.look("a")).isEqualTo(Place.GROUP);
      assertThat(site.look("a/b")).isEqualTo(Place.GROUP);
      assertThat(site.look("a/b/c")).isEqualTo(Place.GROUP);
      assertThat(site.look("a/b/c/r")).isInstanceOf(Place.Repository.class);
      // Each told once; a group is first asked for as a project.
      assertThat(played.server.requests()).hasSize(5);
      site.look("a/b/c/r");
      site.look("a/b/c");
      assertThat(played.server.requests()).hasSize(5);
    }
  }

  @Test
  void withoutATokenGitDecidesWhetherThereIsAPrivateProject() throws Exception {
    try (var played = new Played(Api.GITLAB);
        var anonymous = played.site();
        var known = played.site(Optional.of(new Token("t")))) {
      assertThat(anonymous.look("a/b")).isEqualTo(Place.PERHAPS);
      assertThat(known.look("a/b")).isEqualTo(Place.ABSENT);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GITHUB", "GITEA", "GITLAB"})
  void aRenamedRepositoryIsFoundUnderItsNewPath(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site(Optional.of(new Token("t")))) {
      played.server.repository("old/name", "main").rename("old/name", "new/home");
      played.server.requireAuthorization((api == Api.GITEA ? "token " : "Bearer ") + "t");
      assertThat(site.describe("old/name").map(HostedRepository::path)).contains("new/home");
      assertThat(site.describe("old/name").map(HostedRepository::path)).contains("new/home");
      assertThat(played.server.requests()).hasSize(api == Api.GITLAB ? 1 : 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void someDigitsOfACommitBecomeItsId(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site()) {
      var origin = played.repositories.create("origin.git");
      String id = origin.commit(new Snapshot().file("a", "1"));
      played.server.repository("torvalds/linux", origin);
      assertThat(site.expand("torvalds/linux", id.substring(0, 7)))
          .hasValueSatisfying(found -> assertThat(found.name()).isEqualTo(id));
      site.expand("torvalds/linux", id.substring(0, 7));
      assertThat(played.server.requests()).hasSize(1);
      assertThat(site.expand("torvalds/linux", "0000000")).isEmpty();
      assertThat(site.expand("torvalds/linux", "abc")).isEmpty();
      assertThat(site.expand("torvalds/linux", "main")).isEmpty();
      assertThat(site.expand("torvalds/linux", id)).isPresent();
      assertThat(played.server.requests()).hasSize(2);
    }
  }

  @Test
  void whatCanBeNoRepositoryIsNotOpened() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      assertThatThrownBy(() -> site.open("torvalds/../x"))
          .isInstanceOf(RemoteException.class)
          .hasMessageContaining("names no repository");
    }
  }
}
