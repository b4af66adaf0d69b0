package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Token;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What names that are looked up cost, and what they come to where nothing is. */
final class NamespaceLookupsTest {

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository tool = repositories.create("acme/tool");
  private TestNamespace namespace;

  @BeforeEach
  void commit() {
    tool.commit(new Snapshot().file("README", "two\n").file("a/b/c", "deep\n"));
  }

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    server.close();
    repositories.close();
  }

  private void mount(Forge... forges) throws Exception {
    namespace = TestNamespace.of(forges);
  }

  private Forge plain() {
    return Forge.of("plain", ForgeKind.PLAIN, server.url(""));
  }

  private Forge github() {
    return Forge.of("github", ForgeKind.GITHUB, server.url(""));
  }

  private int requests() {
    return server.requests().size();
  }

  @Test
  void theFirstListingInARepositoryNeverSeenTakesAHandfulOfRequests() throws Exception {
    mount(plain());
    assertThat(namespace.shell("ls plain/acme/tool")).isEqualTo("README\na\n");
    assertThat(requests()).isLessThanOrEqualTo(4);
    assertThat(namespace.shell("ls -lR plain/acme/tool | wc -l").strip()).isNotEqualTo("0");
    assertThat(requests()).isLessThanOrEqualTo(6);
  }

  @Test
  void aThousandLooksAtWhatIsNotThereCostOneRequestEachName() throws Exception {
    mount(github());
    var names =
        IntStream.range(0, 1000)
            .mapToObj(i -> "github/owner" + i % 7 + "/repo" + i % 50)
            .collect(Collectors.joining("\n"));
    for (int i = 0; i < 2; i++) {
      Processes.command("sh", "-c", "xargs -n 50 -P 4 stat >/dev/null 2>&1; true")
          .in(namespace.directory())
          .input(names.getBytes())
          .run()
          .orFail();
    }
    var distinct = names.lines().distinct().count();
    assertThat(requests()).isEqualTo((int) distinct);
    // Its refs, too.
    assertThat(namespace.run("stat github/owner1/repo1@v1 github/owner1/repo1@").exit())
        .isEqualTo(1);
    assertThat(requests()).isEqualTo((int) distinct);
  }

  @Test
  void thoseWhoLookForARepositoryAtOnceShareItsOpening() throws Exception {
    server.inject(new Fault.Delay(Duration.ofMillis(300)));
    mount(plain());
    namespace.shell(
        """
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
          cat plain/acme/tool/README >/dev/null &
        done
        wait
        """);
    // Greeting, refs, commit; sizes; the file.
    assertThat(requests()).isLessThanOrEqualTo(5);
  }

  @Test
  void whatToolsProbeForNeverReachesAServer() throws Exception {
    mount(plain(), github());
    assertThat(
            namespace
                .run(
                    """
                    for d in . github github/acme plain plain/acme; do
                      for n in .git .hg .svn HEAD commondir .gitignore .Trash .Trash-0 autorun.inf \\
                          @eaDir .DS_Store ._x desktop.ini package.json AGENTS.md 'a~' .x.swp; do
                        stat $d/$n && echo "$d/$n is there"
                      done
                    done 2>/dev/null
                    git -C github/acme status 2>/dev/null
                    true
                    """)
                .text())
        .isEmpty();
    assertThat(requests()).isZero();
  }

  @Test
  void whatCannotBeANameThereNeitherDoes() throws Exception {
    mount(github());
    assertThat(
            namespace
                .run("stat 'github/-x' 'github/a b/c' 'github/acme/x y' 'github/acme/a:b'")
                .errors()
                .lines())
        .hasSize(4);
    assertThat(requests()).isZero();
  }

  @Test
  void whatNoRuleAllowsIsNotThereAndCostsNothing() throws Exception {
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.rules(
                Rules.of(List.of("plain/acme/*"), List.of("plain/acme/secret"))),
            plain(),
            github());
    assertThat(namespace.shell("ls")).isEqualTo("plain\n");
    assertThat(
            namespace.run("stat plain/other/tool plain/acme/secret github/acme").errors().lines())
        .hasSize(3)
        .allMatch(line -> line.endsWith("No such file or directory"));
    assertThat(requests()).isZero();
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("two\n");
  }

  @Test
  void aRepositoryThatWasNotThereIsSeenWhenItIs() throws Exception {
    namespace =
        TestNamespace.of(TestNamespace.Settings.USUAL.absent(Duration.ofMillis(500)), plain());
    assertThat(namespace.run("cat plain/acme/late/x").exit()).isEqualTo(1);
    repositories.create("acme/late").commit(new Snapshot().file("x", "here\n"));
    Thread.sleep(600);
    assertThat(namespace.shell("cat plain/acme/late/x")).isEqualTo("here\n");
  }

  @Test
  void aForgeThatAsksStrangersForAPasswordHasNoSuchRepository() throws Exception {
    server.requireBasicAuth("x-access-token", "right");
    mount(github());
    assertThat(namespace.run("stat github/acme/tool").errors())
        .contains("No such file or directory");
    int before = requests();
    assertThat(namespace.run("stat github/acme/tool github/acme/tool@v1").exit()).isEqualTo(1);
    assertThat(requests()).isEqualTo(before);
  }

  @Test
  void aTokenThatIsNotAcceptedIsAPermissionDenied() throws Exception {
    server.requireBasicAuth("x-access-token", "right");
    mount(github().with(new Token("wrong")));
    assertThat(namespace.run("stat github/acme/tool").errors()).contains("Permission denied");
    int before = requests();
    assertThat(namespace.run("stat github/acme/tool").errors()).contains("Permission denied");
    assertThat(requests()).isEqualTo(before);
  }

  @Test
  void aServerOutOfReachIsNoAbsenceAndIsAskedAgain() throws Exception {
    server.inject(new Fault.Reset(-1));
    mount(plain());
    assertThat(namespace.run("stat plain/acme/tool").errors())
        .doesNotContain("No such file")
        .isNotEmpty();
    server.heal();
    Thread.sleep(2100);
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("two\n");
  }

  @Test
  void aWebPageInItsPlaceIsNoAbsence() throws Exception {
    server.inject(new Fault.Answer(200, Map.of("Content-Type", "text/html; charset=utf-8")));
    mount(plain());
    assertThat(namespace.run("stat plain/acme/tool").errors()).contains("Input/output error");
    server.heal();
    Eventually.holds("it is there", () -> namespace.run("stat plain/acme/tool").exit() == 0);
  }

  @Test
  void anEmptyRepositoryIsAnEmptyDirectoryUntilTheFirstPush() throws Exception {
    var fresh = repositories.create("acme/fresh");
    var settings =
        TestNamespace.Settings.USUAL.absent(Duration.ofSeconds(1)).idle(Duration.ofSeconds(2));
    namespace =
        TestNamespace.of(
            settings, plain(), Forge.of("local", ForgeKind.LOCAL, repositories.root().toString()));
    for (String there : List.of("plain/acme/fresh", "local/acme/fresh")) {
      assertThat(namespace.shell("ls -a " + there)).isEqualTo(".\n..\n");
      assertThat(namespace.run("cat " + there + "/README").errors()).contains("No such file");
      assertThat(namespace.run("stat " + there + "@none").errors()).contains("No such file");
    }
    assertThat(namespace.shell("ls local/acme")).isEqualTo("fresh\ntool\n");
    fresh.commit(new Snapshot().file("README", "first\n"));
    for (String there : List.of("plain/acme/fresh", "local/acme/fresh")) {
      Eventually.holds("listed", () -> namespace.shell("ls " + there).equals("README\n"));
      assertThat(namespace.shell("cat " + there + "/README")).isEqualTo("first\n");
    }
  }

  @Test
  void aRefThatIsNotThereIsRememberedToo() throws Exception {
    mount(plain());
    assertThat(namespace.run("stat plain/acme/tool@nope").exit()).isEqualTo(1);
    int before = requests();
    assertThat(namespace.run("stat plain/acme/tool@nope plain/acme/tool@nope").exit()).isEqualTo(1);
    assertThat(requests()).isEqualTo(before);
  }

  @Test
  void aRepositoryThatGoesWhileItIsOpenShowsOnWhatIsThere() throws Exception {
    mount(plain());
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("two\n");
    Processes.command("mv", tool.directory().toString(), tool.directory() + "-gone").run().orFail();
    assertThat(namespace.shell("cat plain/acme/tool/README; ls plain/acme/tool"))
        .isEqualTo("two\nREADME\na\n");
  }

  @Test
  void aRepositoryInTheCacheOpensWithoutItsServer() throws Exception {
    namespace =
        TestNamespace.of(TestNamespace.Settings.USUAL.idle(Duration.ofMillis(600)), plain());
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("two\n");
    server.close();
    Eventually.holds("closed", () -> namespace.mount().open().isEmpty());
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("two\n");
    assertThat(namespace.run("cat plain/acme/other/README").errors())
        .doesNotContain("No such file");
  }
}
