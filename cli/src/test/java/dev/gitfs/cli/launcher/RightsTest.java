package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where mounting is not allowed, doctor and mount name the same cause and the same remedy. */
class RightsTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    repository.commit(new Snapshot().file("README", "read me\n"));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void rootWithoutTheCapability() {
    sayBoth(
        "capsh --drop=cap_sys_admin -- -c", "root without CAP_SYS_ADMIN", "--cap-add SYS_ADMIN");
  }

  @Test
  void aDeviceThatIsNone() {
    sayBoth(
        "unshare --mount bash -c 'mount --bind /dev/null /dev/fuse && exec bash -c \"$0\"'",
        "/dev/fuse is not the FUSE device",
        "mknod -m 666 /dev/fuse c 10 229");
  }

  @Test
  void aUserNamespaceThatDoesNotOwnTheMounts() {
    sayBoth("unshare --user --map-root-user bash -c", "another user namespace", "--mount");
  }

  @Test
  void aUserNamespaceWithItsOwnMountsIsEnough() {
    Result examined =
        run("unshare --user --map-root-user --mount bash -c", launcher() + " doctor").orFail();

    assertThat(examined.text()).contains("mounting     works");
  }

  private void sayBoth(String surroundings, String cause, String remedy) {
    Path mount = sandbox.path("mount");
    Result examined = run(surroundings, launcher() + " doctor");
    Result mounted =
        run(surroundings, "%s mount %s %s".formatted(launcher(), repository.directory(), mount));

    assertThat(examined.exit()).as(examined.toString()).isEqualTo(1);
    assertThat(examined.text()).contains("WRONG", cause, remedy);
    assertThat(mounted.exit()).as(mounted.toString()).isEqualTo(1);
    assertThat(mounted.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: Cannot mount on " + mount)
        .contains(cause, remedy);
    assertThat(mount).doesNotExist();
  }

  private Result run(String surroundings, String command) {
    return sandbox.command("bash", "-c", surroundings + " '" + command + "'").run();
  }

  private static String launcher() {
    return Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs").toString();
  }
}
