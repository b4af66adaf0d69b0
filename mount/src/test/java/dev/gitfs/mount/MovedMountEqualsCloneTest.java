package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RepositoryArbitrary;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TreeFingerprint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever was looked at before, and whatever the branch moves to, a mount then equals a fresh
 * clone; and going back, it equals the first again.
 */
final class MovedMountEqualsCloneTest {
  private static final int TRIES = 25;
  private static final String MAIN = "refs/heads/main";

  private static final GitRepositories repositories = new GitRepositories();
  private static final HttpBackendServer server = new HttpBackendServer(repositories);
  private static final AtomicInteger made = new AtomicInteger();

  @AfterContainer
  static void stopServer() {
    server.close();
    repositories.close();
  }

  @Provide
  Arbitrary<Snapshot> snapshots() {
    return RepositoryArbitrary.snapshots();
  }

  @Property(tries = TRIES, shrinking = ShrinkingMode.OFF)
  void afterAMove(
      @ForAll("snapshots") Snapshot first, @ForAll("snapshots") Snapshot other, @ForAll long seed)
      throws Exception {
    var random = new Random(seed);
    var repository = repositories.create("moved-" + made.incrementAndGet() + ".git");
    var one = repository.commit(MAIN, first);
    var checkouts = Files.createTempDirectory("gitfs-checkouts");
    try (var mount = TestMount.of(server.url(repository))) {
      enterSome(mount, random);
      var two = repository.commit(MAIN, mixed(first, other, random));
      for (var commit : new String[] {two, one, two}) {
        repository.branch("main", commit);
        mount.mount().tree().moveTo(mount.store().resolve(Optional.empty()));
        assertThat(mount.mount().revision().commit().name()).isEqualTo(commit);
        var checkout = checkouts.resolve(commit + "-" + random.nextInt());
        assertThat(TreeFingerprint.of(mount.directory()).lines())
            .containsExactlyElementsOf(
                TreeFingerprint.ofCheckout(repository.checkout(checkout, commit)).lines());
      }
    } finally {
      Processes.command("rm", "-rf", checkouts.toString()).run();
    }
  }

  /** Lists some directories, looks at some files, reads some, and asks for some that are absent. */
  private static void enterSome(TestMount mount, Random random) {
    Processes.perl(
            """
            use File::Find;
            srand($ARGV[0]);
            find({no_chdir => 1, wanted => sub {
              rand() < 0.3 and $File::Find::prune = -d $_;
              rand() < 0.5 and lstat($_);
              rand() < 0.3 and lstat("$_-absent");
              if (-f $_ && !-l $_ && rand() < 0.5) { open(my $file, '<', $_); my @all = <$file>; }
            }}, '.');
            """,
            random.nextInt(1 << 30))
        .in(mount.directory())
        .run()
        .orFail();
  }

  /**
   * Most of {@code first}, some of {@code other}; what cannot be beside what is there is left out.
   */
  private static Snapshot mixed(Snapshot first, Snapshot other, Random random) {
    var mixed = new Snapshot();
    first
        .entries()
        .forEach((path, entry) -> {
          if (random.nextInt(4) > 0) {
            mixed.put(bytes(path), entry);
          }
        });
    other
        .entries()
        .forEach((path, entry) -> {
          if (random.nextBoolean() && fits(mixed, path)) {
            mixed.put(bytes(path), entry);
          }
        });
    return mixed.entries().isEmpty() ? mixed.file("only", "") : mixed;
  }

  private static boolean fits(Snapshot snapshot, String path) {
    return snapshot.entries().keySet().stream()
        .noneMatch(there -> there.startsWith(path + "/") || path.startsWith(there + "/"));
  }

  private static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.ISO_8859_1);
  }
}
