package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Profiles: recorded in one mount, brought by the next, or carried by a repository. */
class ProfileTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    repository.commit(files());
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    server.close();
    repositories.close();
  }

  @Test
  void whatWasReadIsRecordedAndBroughtByTheNextMount() throws Exception {
    mount("--prefetch", "off");
    assertThat(sandbox.gitFs("profile", "record", "build", mount + "/lib").orFail().text())
        .contains("git-fs profile stop " + mount);
    readWhatABuildReads();
    sandbox.command("ls", "-l", mount + "/lib").run().orFail();

    var stopped = sandbox.command(gitFs(), "profile", "stop").in(mount.resolve("lib")).run();

    Path file = sandbox.path("config/git-fs/profiles/build");
    assertThat(stopped.orFail().text()).isEqualTo(file + ": 4 paths\n");
    assertThat(Files.readAllLines(file).getFirst()).startsWith("# ").contains("main");
    assertThat(Files.readAllLines(file).stream().skip(1))
        .containsExactly("\\#odd \\[name\\]", "lib/f00.c", "lib/f07.c", "link");
    sandbox.gitFs("umount", mount).orFail();

    mount("--prefetch", "off", "--profile", "build", "--cache-dir", sandbox.path("another"));
    awaitPrefetched(4);
    server.forgetRequests();
    readWhatABuildReads();
    assertThat(server.requests(RequestKind.FETCH)).isEmpty();
    assertThat(sandbox.gitFs("stats", mount).orFail().text()).contains("4 objects, ");
  }

  @Test
  void aProfileIsAFileOfPathsAndGlobsToo() throws Exception {
    Files.writeString(sandbox.path("mine"), "# the even ones\nlib/f?[02468].c\nno/such/thing\n");

    mount("--prefetch", "off", "--profile", "./mine");

    awaitPrefetched(10);
    server.forgetRequests();
    read("lib/f18.c");
    assertThat(server.requests(RequestKind.FETCH)).isEmpty();
    read("lib/f19.c");
    assertThat(server.requests(RequestKind.FETCH)).hasSize(1);
  }

  @Test
  void whatARepositoryCarriesIsBroughtUnlessToldNotTo() throws Exception {
    repository.commit(files().file(".git-fs/profile", "lib\n"));

    mount();
    // The profile itself is one of them.
    awaitPrefetched(21);
    sandbox.gitFs("umount", mount).orFail();

    Files.writeString(sandbox.path("mine"), "README\n");
    for (List<?> options :
        List.of(
            List.of("--no-profile"),
            List.of("--prefetch", "off"),
            List.of("--profile", sandbox.path("mine")))) {
      var all = new ArrayList<Object>(options);
      all.addAll(List.of("--cache-dir", sandbox.path("cache" + options.hashCode())));
      mount(all.toArray());
      server.forgetRequests();
      read("lib/f13.c");
      assertThat(server.requests(RequestKind.FETCH)).as(options.toString()).isNotEmpty();
      sandbox.gitFs("umount", mount).orFail();
    }
  }

  @Test
  void whatARepositoryCarriesAndIsNoProfileIsLeftAlone() throws Exception {
    repository.commit(files().file(".git-fs/profile", "lib\n[\n"));

    mount();

    Sandbox.await(
        "a word in the log", () -> log().contains(".git-fs/profile is left alone: line 2"));
    read("README");
  }

  @Test
  void aRecordingEndsWithTheMount() throws Exception {
    mount("--prefetch", "off");
    sandbox.gitFs("profile", "record", "short", mount).orFail();
    read("README");

    sandbox.gitFs("umount", mount).orFail();

    Path file = sandbox.path("config/git-fs/profiles/short");
    Sandbox.await("the profile", () -> Files.exists(file));
    assertThat(Files.readString(file)).endsWith("\nREADME\n");
  }

  @Test
  void profilesAreListedAndShown() throws IOException {
    Path directory = Files.createDirectories(sandbox.path("config/git-fs/profiles"));
    Files.writeString(directory.resolve("b"), "# comment\n  a/**  \n");
    Files.writeString(directory.resolve("a"), "");

    assertThat(sandbox.gitFs("profile", "list").orFail().lines()).containsExactly("a", "b");
    assertThat(sandbox.gitFs("profile", "show", "b").orFail().lines()).containsExactly("a/**");
    assertThat(sandbox.gitFs("profile", "show", "a").orFail().text()).isEmpty();
  }

  @Test
  void whatIsNoProfileIsRefusedBeforeAnythingIsMounted() throws IOException {
    Files.writeString(sandbox.path("wrong"), "fine\n!not\n");
    Files.write(sandbox.path("latin"), new byte[] {'a', (byte) 0xff, '\n'});
    String url = server.url(repository);

    refused(1, sandbox.gitFs("mount", "--profile", "absent", url, mount), "no profile absent");
    refused(1, sandbox.gitFs("mount", "--profile", "./absent", url, mount), "./absent");
    refused(1, sandbox.gitFs("mount", "--profile", "./wrong", url, mount), "./wrong, line 2");
    refused(1, sandbox.gitFs("mount", "--profile", "./latin", url, mount), "\\xNN");
    refused(2, sandbox.gitFs("mount", "--profile", "a b", url, mount), "'a b'");
    assertThat(mount).doesNotExist();
    assertThat(server.kinds()).isEmpty();
  }

  @Test
  void whatCannotBeRecordedIsRefused() throws IOException {
    refused(5, sandbox.gitFs("profile", "record", "x", sandbox.path("")), "git-fs list");
    mount();
    refused(1, sandbox.gitFs("profile", "stop", mount), "not being recorded");
    sandbox.gitFs("profile", "record", "x", mount).orFail();
    refused(1, sandbox.gitFs("profile", "record", "y", mount), "git-fs profile stop " + mount);
    sandbox.gitFs("profile", "stop", mount).orFail();
    refused(1, sandbox.gitFs("profile", "record", "x", mount), "--replace");
    sandbox.gitFs("profile", "record", "--replace", "x", mount).orFail();
  }

  private static Snapshot files() {
    var snapshot =
        new Snapshot().file("README", "read me\n").file("#odd [name]", "odd").link("link", "lib");
    for (int i = 0; i < 20; i++) {
      snapshot.file("lib/f%02d.c".formatted(i), "file " + i);
    }
    return snapshot;
  }

  private void readWhatABuildReads() {
    read("lib/f07.c");
    read("#odd [name]");
    read("link/f00.c");
  }

  private void read(String path) {
    sandbox.command("cat", mount.resolve(path).toString()).run().orFail();
  }

  private void mount(Object... options) {
    var arguments = new ArrayList<Object>(List.of("mount"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(server.url(repository), mount));
    sandbox.gitFs(arguments.toArray()).orFail();
  }

  private void awaitPrefetched(long objects) throws InterruptedException {
    Sandbox.await(
        objects + " objects",
        () -> {
          var prefetch = sandbox.statistics(mount).getAsJsonObject("prefetch");
          return prefetch.get("objects").getAsLong() == objects
              && prefetch.get("running").getAsLong() == 0;
        });
  }

  private String log() {
    try {
      return Files.readString(sandbox.logs().getFirst());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String gitFs() {
    return Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs").toString();
  }

  private static void refused(int exit, Result result, String because) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(exit);
    assertThat(result.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: ")
        .contains(because)
        .doesNotContain("java.");
  }
}
