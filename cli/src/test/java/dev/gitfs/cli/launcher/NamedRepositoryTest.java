package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code git-fs mount FORGE/owner/repository@ref}: by the forges, tokens and rules of a file. */
class NamedRepositoryTest {

  private static final String SECRET = "s3cr3t-t0ken";

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer git = new HttpBackendServer(repositories);
  private final ForgeServer api = new ForgeServer(Api.GITEA);
  private TestRepository repository;
  private String older;
  private Sandbox sandbox;
  private Path mount;
  private Path config;

  @BeforeEach
  void hostARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    config = sandbox.path("config.toml");
    Files.createDirectories(repositories.root().resolve("team"));
    repository = repositories.create("team/project");
    repository.commit(new Snapshot().file("README", "first\n"));
    older = repository.commit(new Snapshot().file("README", "older\n"));
    repository.commit(new Snapshot().file("README", "newest\n"));
    repository.commit("refs/heads/feature/x", new Snapshot().file("README", "feature\n"));
    api.repository("team/project", repository);
    git.requireBasicAuth("x-access-token", SECRET);
    configure(
        """
        [allow]
        allow = ["work/team"]
        deny = ["work/team/secret"]

        [forge.work]
        kind = "gitea"
        url = "%s"
        api = "%s"
        token = "%s"

        [forge.here]
        kind = "local"
        url = "%s"
        """
            .formatted(git.url("").replaceFirst("/$", ""), api.url(), SECRET, repositories.root()));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    git.close();
    api.close();
    repositories.close();
  }

  @Test
  void theDefaultBranchIsMounted() {
    mounted("work/team/project", "newest\n");
  }

  @Test
  void aBranchWithASlashIsMounted() {
    mounted("work/team/project@feature%2Fx", "feature\n");
  }

  @Test
  void someDigitsOfACommitThatNoRefNamesAreEnough() {
    mounted("work/team/project@" + older.substring(0, 8), "older\n");
    assertThat(api.requests()).anyMatch(request -> request.target().contains("/git/commits/"));
  }

  @Test
  void aUrlOfTheForgesIsAskedWithItsToken() {
    mounted(git.url("team/project"), "newest\n");
  }

  @Test
  void aDirectoryOfRepositoriesIsAForge() {
    mount("--allow", "here", "here/team/project").orFail();
    assertThat(read()).isEqualTo("newest\n");
  }

  @Test
  void whatTheRulesDoNotAllowIsNotAskedFor() {
    refused("work/team/secret", "work/team/secret may not be opened", "[allow] of " + config);
    refused("work/stranger/project", "work/stranger/project may not be opened");
    refused("torvalds/linux", "github/torvalds/linux may not be opened");
    refused(git.url("team/secret.git"), "work/team/secret may not be opened");
    assertThat(git.requests()).isEmpty();
    assertThat(api.requests()).isEmpty();
  }

  @Test
  void aRepositoryThatWasRenamedIsMounted() {
    renamed("team/former", "team/project");
    mounted("work/team/former", "newest\n");
  }

  @Test
  void noRenamingLeadsToWhatTheRulesDoNotAllow() {
    repositories.create("stranger/project").commit(new Snapshot().file("README", "strange\n"));
    renamed("team/former", "stranger/project");
    refused("work/team/former", git.url("stranger/project"), "which no rule allows");
    assertThat(git.requests())
        .noneMatch(request -> request.target().startsWith("/stranger/project"));
    mount("--allow", "work/stranger/*", "work/team/former").orFail();
    assertThat(read()).isEqualTo("strange\n");
  }

  private void renamed(String from, String to) {
    git.inject(
        request -> request.target().startsWith("/" + from + "/info/refs"),
        new Fault.Answer(
            301, Map.of("Location", git.url(to + "/info/refs?service=git-upload-pack"))));
  }

  @Test
  void aBadFileIsRefusedWithItsLine() throws IOException {
    configure("memory = \"96M\"\npool = \"60s\"\n");
    var result = mount("work/team/project");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.errors())
        .contains(config + ":2:1: unknown key 'pool'; known are mount-point, poll");
    assertThat(sandbox.mounts()).isEmpty();
  }

  @Test
  void aSlashInARefIsToldHowToWrite() {
    var result = mount("work/team/project@feature/x");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.errors()).contains("work/team/project@feature%2Fx");
  }

  @Test
  void theTokenIsNowhereToBeRead() throws IOException {
    mount("-v", "work/team/project").orFail();
    for (Path log : sandbox.logs()) {
      assertThat(log).content().doesNotContain(SECRET);
    }
    assertThat(sandbox.command("ps", "-ef", "-ww").run().text()).doesNotContain(SECRET);
    assertThat(
            sandbox.command("grep", "-rl", SECRET, sandbox.path("cache").toString()).run().exit())
        .isEqualTo(1);
  }

  private void configure(String text) throws IOException {
    Files.writeString(config, text);
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
  }

  private void mounted(String source, String content) {
    mount(source).orFail();
    assertThat(read()).isEqualTo(content);
  }

  private String read() {
    return sandbox.command("cat", mount.resolve("README").toString()).run().orFail().text();
  }

  private void refused(String source, String... why) {
    var result = mount(source);
    assertThat(result.exit()).isEqualTo(3);
    assertThat(result.errors()).contains(why);
  }

  private Result mount(String... arguments) {
    var all = new Object[arguments.length + 4];
    all[0] = "mount";
    all[1] = "--config";
    all[2] = config;
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    all[all.length - 1] = mount;
    return sandbox.gitFs(all);
  }
}
