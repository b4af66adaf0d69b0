package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code git-fs prefetch} brings, and what that costs in requests. */
class PrefetchCommandTest {

  private static final int DIRECTORIES = 10;
  private static final int FILES = 40;

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    var snapshot = new Snapshot().file("README", "read me\n").link("to-lib", "lib");
    var random = new Random(7);
    for (int i = 0; i < DIRECTORIES * FILES; i++) {
      var content = new byte[2000];
      random.nextBytes(content);
      snapshot.file("lib/d%d/f%02d.%s".formatted(i % 10, i / 10, i % 3 == 0 ? "c" : "h"), content);
    }
    snapshot.file("other/a[1].c", "bracket").file("other/a1.c", "one").file("other/b/c/d.c", "d");
    snapshot.put(
        new byte[] {'o', 't', 'h', 'e', 'r', '/', (byte) 0xff},
        new Snapshot.File(new byte[] {1}, false));
    repository.commit(snapshot);
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    server.close();
    repositories.close();
  }

  @Test
  void anUntouchedDirectoryComesInOneRequestAndIsReadWithNone() {
    mount("off");
    server.forgetRequests();

    var brought = sandbox.gitFs("prefetch", mount + "/lib").orFail();

    assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
    assertThat(brought.lines())
        .singleElement()
        .asString()
        .startsWith(mount + ": 400 files, 411 objects, ");
    readAll("lib");
    assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
  }

  @Test
  void allOfAMountThatFetchesAheadComesInThreeAndIsReadWithNone() {
    mount("adaptive");
    server.forgetRequests();

    sandbox.gitFs("prefetch", mount.toString()).orFail();

    assertThat(server.kinds()).hasSizeLessThanOrEqualTo(3).containsOnly(RequestKind.FETCH);
    int before = server.kinds().size();
    readAll("lib", "other");
    read("README");
    assertThat(server.kinds()).hasSize(before);
  }

  @Test
  void whatIsHereIsNotFetchedAgain() {
    mount("off");
    sandbox.gitFs("prefetch", mount + "/lib/d1").orFail();
    server.forgetRequests();

    assertThat(sandbox.gitFs("prefetch", mount + "/lib/d1").orFail().text())
        .contains(": 40 files, 0 objects, 0 B");
    assertThat(server.kinds()).isEmpty();

    assertThat(sandbox.gitFs("prefetch", mount + "/lib").orFail().text())
        .contains(": 400 files, 360 objects, ");
    assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
  }

  @Test
  void globsAreExpandedByTheShellOrByUs() {
    mount("off");

    var byShell =
        sandbox.command("sh", "-c", gitFs() + " prefetch mount/lib/d0/*.h mount/README").run();
    var quoted = sandbox.gitFs("prefetch", "mount/lib/**/f0?.[!h]", "mount/*/b").orFail();

    assertThat(byShell.orFail().text()).contains(": 27 files, ");
    assertThat(quoted.text()).contains(": 35 files, ");
  }

  @Test
  void pathsCountFromWhereTheUserIs() {
    mount("off");

    var inside =
        sandbox
            .command(gitFs(), "prefetch", ".", "../../other/b", "../../../mount/README")
            .in(mount.resolve("lib/d3"))
            .run()
            .orFail();

    assertThat(inside.text()).contains(": 42 files, ");
  }

  @Test
  void aNameThatIsThereCountsBeforeAGlob() {
    mount("off");

    assertThat(sandbox.gitFs("prefetch", mount + "/other/a[1].c").orFail().text())
        .contains(": 1 file, ");
    server.forgetRequests();
    assertThat(read("other/a[1].c").orFail().text()).isEqualTo("bracket");
    assertThat(server.requests(RequestKind.FETCH)).isEmpty();
  }

  @Test
  void aNameThatIsNoTextIsFound() {
    mount("off");

    var brought =
        sandbox.command("sh", "-c", gitFs() + " prefetch mount/other/$(printf '\\377')").run();

    assertThat(brought.orFail().text()).contains(": 1 file, ");
  }

  @Test
  void aLinkOnTheWayIsFollowed() throws IOException {
    mount("off");
    Files.createSymbolicLink(sandbox.path("elsewhere"), mount);

    assertThat(sandbox.gitFs("prefetch", "elsewhere/to-lib/d1").orFail().text())
        .contains(": 40 files, ");
  }

  @Test
  void directoriesAloneCanBeHad() {
    mount("off");
    server.forgetRequests();

    var brought = sandbox.gitFs("prefetch", "--trees", mount).orFail();

    assertThat(brought.text()).contains(mount + ": 14 objects, ");
    assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
    sandbox.command("find", mount.toString()).run().orFail();
    assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
  }

  @Test
  void depthCountsFromTheDirectoryNamed() {
    mount("off");

    assertThat(sandbox.gitFs("prefetch", "--depth", "1", mount + "/other").orFail().text())
        .contains(": 3 files, ");
    assertThat(sandbox.gitFs("prefetch", "--depth", "2", mount).orFail().text())
        .contains(": 5 files, ");
  }

  @Test
  void aBoundOnBytesIsKeptAndWhatWasLeftOutIsSaid() {
    mount("off");

    var brought = sandbox.gitFs("prefetch", "--max-bytes", "200K", mount + "/lib").orFail();

    assertThat(brought.lines()).hasSize(2);
    assertThat(brought.lines().getLast())
        .matches("left out for --max-bytes: [1-3]\\d\\d files, from lib/d\\d/f\\d\\d.[ch] on");
    assertThat(sandbox.statistics(mount).get("bytes_received").getAsLong()).isLessThan(700 << 10);
  }

  @Test
  void whatIsNotThereIsRefusedBeforeAnythingComes() {
    mount("adaptive");
    server.forgetRequests();

    refused(5, sandbox.gitFs("prefetch", mount + "/README", mount + "/absent"), "absent");
    refused(5, sandbox.gitFs("prefetch", mount + "/**/*.pdf"), "*.pdf");
    refused(5, sandbox.gitFs("prefetch", mount + "/README/x"), "README/x");
    refused(5, sandbox.gitFs("prefetch", sandbox.path("elsewhere")), "git-fs list");

    assertThat(read("README").orFail().text()).isEqualTo("read me\n");
  }

  @Test
  void aMountThatIsGoneIsNamed() throws Exception {
    mount("off");
    long daemon = sandbox.daemon();
    sandbox.command("kill", "-KILL", Long.toString(daemon)).run().orFail();
    Sandbox.awaitEnd(daemon);

    refused(5, sandbox.gitFs("prefetch", mount + "/lib"), "git-fs umount " + mount);
  }

  @Test
  void aServerThatGoesAwayFailsItAndWhatCameIsKept() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(20), 1_000_000)) {
      mount("off", link.url(server.url(repository)));
      try (var running = sandbox.gitFsCommand("prefetch", mount + "/lib").start()) {
        Sandbox.await("some of it", () -> fetched() > 50);
        link.cut();

        Result result = running.await(Duration.ofSeconds(60));

        refused(4, result, "kept what came before");
      }
      link.mend();
    }
    assertThat(fetched()).isBetween(50L, 400L);
  }

  /** A server of which one object is gone, as after a crash or a careless prune. */
  @Test
  void aFileThatTheServerHasLostIsNamedAndTheRestComes() throws IOException {
    var lossy = repositories.create("lossy");
    var snapshot = new Snapshot();
    for (int i = 0; i < 20; i++) {
      snapshot.file("d/f" + i, "file " + i);
    }
    lossy.commit(snapshot);
    String lost = lossy.id("HEAD:d/f7");
    Path object = lossy.directory().resolve("objects/" + lost.substring(0, 2));
    Files.delete(object.resolve(lost.substring(2)));
    mount("off", server.url(lossy));

    var brought = sandbox.gitFs("prefetch", mount.toString());

    assertThat(brought.exit()).as(brought.toString()).isEqualTo(4);
    assertThat(brought.text()).contains(": 19 files, ");
    assertThat(brought.errors()).contains("first of all d/f7: ", lost);
    server.forgetRequests();
    readAll("d/f1", "d/f8");
    assertThat(server.kinds()).isEmpty();
    assertThat(read("d/f7").errors()).contains("Input/output error");
    assertThat(sandbox.logs())
        .anySatisfy(log -> assertThat(log).content().contains("/d/f7: EIO: ").contains(lost));
    assertThat(sandbox.gitFs("prefetch", mount + "/d/f8").exit()).isZero();
  }

  /** What a reader gets is from the packs: the second daemon has nothing in memory. */
  @Test
  void aCacheThatIsDamagedUnderAMountIsMadeAnew() throws IOException {
    Path right = repository.checkout(sandbox.path("right"));
    mount("off");
    sandbox.gitFs("prefetch", mount.toString()).orFail();
    sandbox.gitFs("umount", mount).orFail();
    mount("off");
    long daemon = sandbox.daemon();
    readAll("lib/d0");

    damageCache("-name '*.pack' -size +1 -exec truncate -s 5000 {} +");
    same(right.resolve("lib/d1"), mount.resolve("lib/d1"));
    assertThat(sandbox.daemon()).isEqualTo(daemon);
    damageCache("-name sizes -delete -o -name '*.idx' -exec truncate -s 90 {} +");
    sandbox.gitFs("umount", mount).orFail();

    mount("off");
    readAll("lib/d0");
    damageCache("-depth -path '*/objects/*' -delete");
    same(right.resolve("lib/d1"), mount.resolve("lib/d1"));
    same(right.resolve("other"), mount.resolve("other"));
  }

  private void damageCache(String find) {
    sandbox.command("sh", "-c", "find cache/git-fs/*.git " + find).run().orFail();
  }

  private void same(Path right, Path shown) {
    sandbox.command("diff", "-r", right.toString(), shown.toString()).run().orFail();
  }

  @Test
  void whoeverInterruptsItKeepsWhatCame() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(20), 1_000_000)) {
      mount("off", link.url(server.url(repository)));
      try (var running = sandbox.gitFsCommand("prefetch", mount + "/lib").start()) {
        Sandbox.await("some of it", () -> fetched() > 50);

        running.signal("INT");

        assertThat(running.await(Duration.ofSeconds(10)).exit()).isEqualTo(130);
      }
      Sandbox.await("its end in the daemon", () -> running() == 0);
      assertThat(fetched()).isBetween(50L, 400L);
      server.forgetRequests();
      String first = sandbox.command("ls", mount + "/lib/d0").run().orFail().lines().getFirst();
      read("lib/d0/" + first).orFail();
      assertThat(server.requests(RequestKind.FETCH)).isEmpty();
    }
  }

  @Test
  void unmountingEndsIt() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(20), 1_000_000)) {
      mount("off", link.url(server.url(repository)));
      try (var running = sandbox.gitFsCommand("prefetch", mount + "/lib").start()) {
        Sandbox.await("some of it", () -> fetched() > 50);

        sandbox.gitFs("umount", mount).orFail();

        refused(5, running.await(Duration.ofSeconds(10)), "was unmounted");
      }
    }
  }

  @Test
  void onATerminalABarShowsHowFarItIsAndElsewhereLinesDo() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(20), 1_500_000)) {
      mount("off", link.url(server.url(repository)));

      String terminal =
          sandbox
              .command("script", "-qec", gitFs() + " prefetch " + mount + "/lib", "/dev/null")
              .run()
              .orFail()
              .text();

      assertThat(terminal).contains("\r", "objects", "iB/s", mount + ": 400 files");
      var piped = sandbox.gitFs("prefetch", mount + "/other").orFail();
      assertThat(piped.text() + piped.errors()).doesNotContain("\r", "\u001b");
    }
  }

  private void mount(String mode) {
    mount(mode, server.url(repository));
  }

  private void mount(String mode, String url) {
    sandbox.gitFs("mount", "--prefetch", mode, url, mount).orFail();
    if (!mode.equals("off")) {
      try {
        Sandbox.await("what a mount begins with", () -> running() == 0);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private long fetched() {
    return sandbox.statistics(mount).getAsJsonObject("prefetch").get("objects").getAsLong();
  }

  private long running() {
    return sandbox.statistics(mount).getAsJsonObject("prefetch").get("running").getAsLong();
  }

  private void readAll(String... directories) {
    for (String directory : directories) {
      sandbox.command("tar", "cf", "-", mount.resolve(directory).toString()).run().orFail();
    }
  }

  private Result read(String path) {
    return sandbox.command("cat", mount.resolve(path).toString()).run();
  }

  private String gitFs() {
    return Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs").toString();
  }

  private static void refused(int exit, Result result, String because) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(exit);
    assertThat(result.text()).isEmpty();
    assertThat(result.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: ")
        .contains(because)
        .doesNotContain("java.");
  }
}
