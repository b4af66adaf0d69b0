package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers and proxies that have limits. */
final class PortionsTest {

  private static final List<ObjectId> IDS =
      IntStream.range(1, 101).mapToObj("%040x"::formatted).map(ObjectId::fromString).toList();

  @TempDir Path directory;
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1);
  private final Set<ObjectId> here = new HashSet<>();
  private final List<Integer> asked = new ArrayList<>();

  private Portions portions() {
    return new Portions("url", directory.resolve("most"), directory, clock::get);
  }

  private void fetch(Portions portions, int most, int mostAnswered) throws Exception {
    asked.clear();
    here.clear();
    portions.fetch(
        IDS,
        id -> !here.contains(id),
        ids -> {
          asked.add(ids.size());
          if (ids.size() > most) {
            throw new RemoteException(Kind.TOO_MUCH, "status 413");
          }
          here.addAll(ids.subList(0, Math.min(ids.size(), mostAnswered)));
          if (ids.size() > mostAnswered) {
            throw new RemoteException(Kind.TOO_MUCH, "the connection broke");
          }
          return true;
        });
    assertThat(here).containsExactlyInAnyOrderElementsOf(IDS);
  }

  @Test
  void allAreAskedForAtOnceWhereThatIsTaken() throws Exception {
    fetch(portions(), 100, 100);
    assertThat(asked).containsExactly(100);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatIsTooMuchIsHalvedAndThatIsRemembered() throws Exception {
    var portions = portions();
    fetch(portions, 30, 100);
    assertThat(asked).containsExactly(100, 50, 25, 25, 25, 25);

    fetch(portions, 30, 100);
    assertThat(asked).containsExactly(25, 25, 25, 25);
    fetch(portions(), 30, 100);
    assertThat(asked).containsExactly(25, 25, 25, 25);
  }

  @Test
  void aLimitIsTriedAgain() throws Exception {
    var portions = portions();
    fetch(portions, 30, 100);
    clock.addAndGet(TimeUnit.MINUTES.toNanos(11));
    fetch(portions, 100, 100);
    assertThat(asked).containsExactly(25, 50, 25);
    assertThat(Files.exists(directory.resolve("most"))).isFalse();
  }

  @Test
  void oneConnectionThatBreaksIsNoLimit() throws Exception {
    var portions = portions();
    fetch(portions, 99, 100);
    assertThat(asked).containsExactly(100, 50, 50);
    fetch(portions, 100, 100);
    assertThat(asked).containsExactly(100);

    fetch(portions, 99, 100);
    assertThat(asked).containsExactly(100, 50, 50);
    assertThat(directory).isEmptyDirectory();
    fetch(portions, 99, 100);
    assertThat(asked).containsExactly(100, 50, 50);
    fetch(portions, 99, 100);
    assertThat(asked).containsExactly(50, 50);
  }

  @Test
  void whatBreaksOffIsGoneOnWith() throws Exception {
    var portions = portions();
    fetch(portions, 100, 40);
    assertThat(asked).containsExactly(100, 60, 20);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anOutageIsNoLimit() throws Exception {
    var portions = portions();
    assertThatThrownBy(() ->
            portions.fetch(
                IDS,
                _ -> true,
                ids -> {
                  throw new RemoteException(
                      ids.size() > 1 ? Kind.TOO_MUCH : Kind.SERVER_FAILED, "the connection broke");
                }))
        .isInstanceOf(RemoteException.class);

    fetch(portions, 100, 100);
    assertThat(asked).containsExactly(100);
  }

  @Test
  void otherFailuresAreNotItsAffair() {
    assertThatThrownBy(() ->
            portions()
                .fetch(
                    IDS,
                    _ -> true,
                    _ -> {
                      throw new RemoteException(Kind.UNREACHABLE, "gone");
                    }))
        .isInstanceOf(RemoteException.class);
  }

  @Test
  void aMarkerThatIsDamagedIsNone() throws Exception {
    Files.writeString(directory.resolve("most"), "damaged");
    fetch(portions(), 100, 100);
    assertThat(asked).containsExactly(100);
  }
}
