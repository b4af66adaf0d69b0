package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Token;
import dev.gitfs.mount.tree.FollowState;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a forge's API tells of owners and groups, as directories. */
final class NamespaceListingTest {

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final ForgeServer github = new ForgeServer(ForgeServer.Api.GITHUB);
  private final ForgeServer gitlab = new ForgeServer(ForgeServer.Api.GITLAB);
  private TestNamespace namespace;

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    github.close();
    gitlab.close();
    server.close();
    repositories.close();
  }

  private Forge forge(String name, ForgeKind kind, ForgeServer api, String... owners) {
    return new Forge(
        name, kind, server.url(""), Optional.of(api.url()), Optional.empty(), List.of(owners));
  }

  private void mountGithub() throws Exception {
    namespace = TestNamespace.of(forge("github", ForgeKind.GITHUB, github, "acme"));
  }

  private static String numbered(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "r%03d\n".formatted(i))
        .collect(Collectors.joining());
  }

  private void hostNumbered(int count) {
    for (int i = 0; i < count; i++) {
      github.repository("acme/r%03d".formatted(i), "main");
    }
  }

  @Test
  void aForgeListsOwnersItWasToldOf() throws Exception {
    mountGithub();
    assertThat(namespace.shell("ls github")).isEqualTo("acme\n");
    assertThat(github.requests()).isEmpty();
  }

  @Test
  void anOwnerListsAllPagesOfHisRepositories() throws Exception {
    hostNumbered(250);
    github.largestPage(100);
    mountGithub();
    assertThat(namespace.shell("ls github/acme")).isEqualTo(numbered(250));
    assertThat(github.requests()).hasSize(3);
    namespace.shell("ls github/acme; ls -a github/acme; find github -maxdepth 2");
    assertThat(github.requests()).hasSize(3);
  }

  @Test
  void attributesOfThemOpenNone() throws Exception {
    hostNumbered(120);
    mountGithub();
    assertThat(namespace.shell("ls -l --color=always github/acme | grep -c r").strip())
        .isEqualTo("120");
    assertThat(namespace.shell("stat -c '%F %a %s' github/acme/* | sort | uniq -c").strip())
        .matches("120 directory 7[057][057] 0");
    assertThat(namespace.shell("getfattr -d github/acme/r001; test -d github/acme/r002; echo $?"))
        .isEqualTo("0\n");
    assertThat(server.requests()).isEmpty();
    assertThat(namespace.mount().open()).isEmpty();
  }

  @Test
  void whatIsListedIsWhatIsFoundAndTheSameInode() throws Exception {
    hostNumbered(3);
    mountGithub();
    assertThat(namespace.shell("ls -i github/acme"))
        .isEqualTo(namespace.shell("cd github/acme && stat -c '%i %n' *"));
  }

  @Test
  void whatNoRuleAllowsIsNotListed() throws Exception {
    hostNumbered(3);
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.rules(
                Rules.of(List.of("github/acme"), List.of("github/acme/r001"))),
            forge("github", ForgeKind.GITHUB, github, "acme", "other"));
    assertThat(namespace.shell("ls github github/acme"))
        .isEqualTo("github:\nacme\n\ngithub/acme:\nr000\nr002\n");
  }

  @Test
  void whatCannotBeKnownIsNotListedAndNoError() throws Exception {
    github.refuse(401, Map.of());
    mountGithub();
    assertThat(namespace.shell("ls github/acme; find github")).isEqualTo("github\ngithub/acme\n");
  }

  @Test
  void anOwnerWhoIsNotThereIsAnEmptyDirectory() throws Exception {
    mountGithub();
    assertThat(namespace.shell("ls github/nobody")).isEmpty();
    assertThat(github.requests()).hasSizeLessThanOrEqualTo(2);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void theTokenIsSentToTheApi() throws Exception {
    github.requireAuthorization("Bearer secret").repository("acme/hidden", "main");
    namespace =
        TestNamespace.of(
            forge("github", ForgeKind.GITHUB, github, "acme").with(new Token("secret")));
    assertThat(namespace.shell("ls github/acme")).isEqualTo("hidden\n");
  }

  @Test
  void groupsNestAsDeepAsTheyDo() throws Exception {
    repositories.create("acme/sub/deep/tool.git").commit(new Snapshot().file("README", "nested\n"));
    gitlab
        .group("acme")
        .group("acme/sub")
        .group("acme/sub/deep")
        .repository("acme/sub/deep/tool", "main")
        .repository("acme/top", "main");
    namespace = TestNamespace.of(forge("gitlab", ForgeKind.GITLAB, gitlab, "acme"));
    assertThat(namespace.shell("cat gitlab/acme/sub/deep/tool/README")).isEqualTo("nested\n");
    assertThat(namespace.shell("ls gitlab/acme gitlab/acme/sub gitlab/acme/sub/deep"))
        .isEqualTo(
            "gitlab/acme:\nsub\ntop\n\ngitlab/acme/sub:\ndeep\n\ngitlab/acme/sub/deep:\ntool\n");
    assertThat(namespace.shell("cat gitlab/acme/sub/deep/tool@main/README")).isEqualTo("nested\n");
    assertThat(namespace.run("ls gitlab/acme/sub@main").exit()).isNotZero();
  }

  @Test
  void digitsOfACommitsIdAreAskedOfTheForge() throws Exception {
    var tool = repositories.create("acme/tool");
    var first = tool.commit(new Snapshot().file("README", "one\n"));
    tool.commit("refs/heads/main", new Snapshot().file("README", "two\n"), first);
    github.repository("acme/tool", tool);
    mountGithub();
    assertThat(namespace.shell("cat github/acme/tool@" + first.substring(0, 9) + "/README"))
        .isEqualTo("one\n");
  }

  @Test
  void noRedirectLeadsToWhatIsDenied() throws Exception {
    repositories.create("acme/new").commit(new Snapshot().file("README", "moved\n"));
    redirectOldToNew();
    github.repository("acme/old", "main");
    mountGithubWithoutNew();
    assertThat(namespace.run("cat github/acme/old/README").errors())
        .contains("No such file or directory");
  }

  @Test
  void norDoesOneThatComesWhileTheRepositoryIsOpen() throws Exception {
    var old = repositories.create("acme/old");
    old.commit(new Snapshot().file("README", "old\n").file("unread", "yet\n"));
    repositories.create("acme/new").commit(new Snapshot().file("README", "moved\n"));
    github.repository("acme/old", "main");
    mountGithubWithoutNew();
    assertThat(namespace.shell("cat github/acme/old/README")).isEqualTo("old\n");
    for (var tail : List.of("info/refs?service=git-upload-pack", "git-upload-pack")) {
      server.inject(
          request -> request.target().equals("/acme/old/" + tail),
          new Fault.Answer(301, Map.of("Location", server.url("acme/new/" + tail))));
    }
    server.forgetRequests();
    var top = namespace.directory();
    assertThatThrownBy(() -> namespace.mount().refresh(top))
        .hasMessageContaining("acme/new, which no rule allows");
    assertThat(namespace.mount().open().getFirst().state().kind())
        .isEqualTo(FollowState.Kind.REPOSITORY_GONE);
    assertThat(namespace.shell("cat github/acme/old/README")).isEqualTo("old\n");
    assertThat(namespace.run("cat github/acme/old/unread").exit()).isEqualTo(1);
    assertThat(server.requests()).noneMatch(request -> request.target().startsWith("/acme/new"));
  }

  @Test
  void aRenamedRepositoryIsFollowed() throws Exception {
    repositories.create("acme/new").commit(new Snapshot().file("README", "moved\n"));
    redirectOldToNew();
    github.repository("acme/old", "main").rename("acme/old", "acme/new");
    mountGithub();
    assertThat(namespace.shell("ls github/acme")).isEqualTo("new\n");
    assertThat(namespace.shell("cat github/acme/old/README")).isEqualTo("moved\n");
  }

  private void redirectOldToNew() {
    server.inject(
        request -> request.target().startsWith("/acme/old/info/refs"),
        new Fault.Answer(
            301, Map.of("Location", server.url("acme/new/info/refs?service=git-upload-pack"))));
  }

  /** Where acme/new may not be opened. */
  private void mountGithubWithoutNew() throws Exception {
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.rules(
                Rules.of(List.of("github/acme"), List.of("github/acme/new"))),
            forge("github", ForgeKind.GITHUB, github, "acme", "other"));
  }
}
