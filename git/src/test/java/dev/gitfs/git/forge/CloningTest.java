package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.CapturedLog;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What git clones a forge's repositories from, and as whom. */
class CloningTest {

  private static final String SECRET = "s3cr3t-t0ken";

  @TempDir private Path cache;

  @ParameterizedTest
  @CsvSource({
    "github, torvalds/linux, https://github.com/torvalds/linux",
    "gitlab, a/b/c, https://gitlab.com/a/b/c.git",
    "bitbucket, a/b, https://bitbucket.org/a/b.git",
    "codeberg, forgejo/forgejo, https://codeberg.org/forgejo/forgejo",
    "mesa, org/repo, https://depot.mesa.dev/org/repo.git"
  })
  void readyMadeForgesHaveTheirUrls(String name, String path, String url) {
    try (var played = new Played(Api.GITHUB);
        var sites = Sites.open(Forge.readyMade(), Rules.NONE, cache, played.options())) {
      assertThat(sites.named(name).orElseThrow().url(path)).isEqualTo(url);
    }
  }

  @Test
  void readyMadeForgesHaveTheirApis() {
    assertThat(Forge.readyMade())
        .extracting(forge -> forge.apiUrl().orElseThrow())
        .containsExactly(
            "https://api.github.com",
            "https://gitlab.com/api/v4",
            "https://api.bitbucket.org/2.0",
            "https://codeberg.org/api/v1",
            "https://depot.mesa.dev/api/v1");
    assertThat(Forge.of("ghe", ForgeKind.GITHUB, "https://git.example.com/").apiUrl())
        .contains("https://git.example.com/api/v3");
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB, x-access-token, s3cr3t-t0ken",
    "GITLAB, oauth2, s3cr3t-t0ken",
    "BITBUCKET, x-token-auth, s3cr3t-t0ken",
    "GITEA, x-access-token, s3cr3t-t0ken",
    "MESA, s3cr3t-t0ken, ''",
    "PLAIN, git, s3cr3t-t0ken"
  })
  void gitIsGivenTheTokenAsTheForgeWantsIt(ForgeKind kind, String user, String password)
      throws Exception {
    try (var played = new Played(Api.GITHUB);
        var server = new HttpBackendServer(played.repositories);
        var log = new CapturedLog()) {
      Files.createDirectories(played.repositories.root().resolve("owner"));
      for (String name : List.of("owner/repo", "owner/repo.git")) {
        played.repositories.create(name).commit(new Snapshot().file("a", "1"));
      }
      server.requireBasicAuth(user, password);
      String base = server.url("").replaceFirst("/$", "");
      var forge = Forge.of("x", kind, base).with(new Token(SECRET));
      try (var site = Sites.open(forge, Rules.NONE, cache, played.options());
          var remote = site.open("owner/repo")) {
        assertThat(remote.listRefs(Set.of("HEAD"))).hasSize(1);
        assertThat(remote.url()).doesNotContain(SECRET);
        // The first request has it, unless nothing is known of the server but its URL.
        assertThat(server.requests()).hasSize(kind == ForgeKind.PLAIN ? 3 : 2);
      }
      assertThat(server.requests()).noneMatch(request -> request.target().contains(SECRET));
      server.requireBasicAuth("somebody", "else");
      try (var site = Sites.open(forge, Rules.NONE, cache, played.options());
          var remote = site.open("owner/repo")) {
        assertThatThrownBy(() -> remote.listRefs(Set.of("HEAD")))
            .isInstanceOf(RemoteException.class)
            .satisfies(e -> assertThat(CapturedLog.text(e)).doesNotContain(SECRET));
      }
      assertThat(log.text()).doesNotContain(SECRET);
    }
  }

  @Test
  void theTokenDoesNotFollowARedirectElsewhere() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var server = new HttpBackendServer(played.repositories);
        var other = new HttpBackendServer(played.repositories)) {
      Files.createDirectories(played.repositories.root().resolve("owner"));
      played.repositories.create("owner/repo").commit(new Snapshot().file("a", "1"));
      server.inject(
          RequestKind.INFO_REFS, new Fault.Redirect(301, other.url("").replaceFirst("/$", "")));
      var forge =
          Forge.of("x", ForgeKind.GITHUB, server.url("").replaceFirst("/$", ""))
              .with(new Token(SECRET));
      try (var site = Sites.open(forge, Rules.NONE, cache, played.options());
          var remote = site.open("owner/repo")) {
        assertThat(remote.location()).isEqualTo(remote.url());
        assertThat(remote.listRefs(Set.of("HEAD"))).hasSize(1);
        assertThat(remote.location()).isEqualTo(other.url("owner/repo"));
      }
      assertThat(server.requests())
          .allMatch(request -> request.headers().containsKey("Authorization"));
      assertThat(other.requests())
          .isNotEmpty()
          .noneMatch(request -> request.headers().containsKey("Authorization"));
    }
  }

  @Test
  void aPlainServerHasOwnersAndRepositories() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site =
            Sites.open(
                Forge.of("k", ForgeKind.PLAIN, "https://h/scm"),
                Rules.NONE,
                cache,
                played.options())) {
      assertThat(site.look("torvalds")).isEqualTo(Place.GROUP);
      assertThat(site.look("torvalds/linux")).isEqualTo(Place.PERHAPS);
      assertThat(site.look("linux.git")).isEqualTo(Place.PERHAPS);
      assertThat(site.look("torvalds/linux/kernel")).isEqualTo(Place.ABSENT);
      assertThat(site.look(".git")).isEqualTo(Place.ABSENT);
      assertThat(site.look("..")).isEqualTo(Place.ABSENT);
      assertThat(site.url("a b/c")).isEqualTo("https://h/scm/a%20b/c");
      assertThat(site.list("torvalds")).isEmpty();
    }
  }

  @Test
  void aDirectoryOfRepositoriesIsListedAndOpened() throws Exception {
    try (var played = new Played(Api.GITHUB)) {
      Path root = played.repositories.root();
      Files.createDirectories(root.resolve("team/deep"));
      Files.createDirectories(root.resolve(".hidden"));
      Files.writeString(root.resolve("file"), "");
      played.repositories.create("one.git").commit(new Snapshot().file("a", "1"));
      played.repositories.create("team/two.git").commit(new Snapshot().file("a", "1"));
      try (var site =
          Sites.open(
              Forge.of("here", ForgeKind.LOCAL, root.toString()),
              Rules.NONE,
              cache,
              played.options())) {
        var top = site.list("").orElseThrow();
        assertThat(top.repositories()).extracting(HostedRepository::path).containsExactly("one");
        assertThat(top.groups()).containsExactly("team");
        assertThat(site.owners()).containsExactly("team");
        assertThat(site.list("team").orElseThrow().repositories())
            .extracting(HostedRepository::path)
            .containsExactly("team/two");
        assertThat(site.list("team").orElseThrow().groups()).containsExactly("deep");
        assertThat(site.look("team")).isEqualTo(Place.GROUP);
        assertThat(site.look("one")).isInstanceOf(Place.Repository.class);
        assertThat(site.look("one.git")).isInstanceOf(Place.Repository.class);
        assertThat(site.look("team/two/refs")).isEqualTo(Place.ABSENT);
        assertThat(site.look("../x")).isEqualTo(Place.ABSENT);
        assertThat(site.look("file")).isEqualTo(Place.ABSENT);
        assertThat(site.list("one")).isEqualTo(Optional.empty());
        try (var remote = site.open("team/two")) {
          assertThat(remote.listRefs(Set.of("HEAD"))).hasSize(1);
        }
        assertThatThrownBy(() -> site.open("team"))
            .isInstanceOf(RemoteException.class)
            .hasMessageContaining("has no such repository");
      }
    }
  }
}
