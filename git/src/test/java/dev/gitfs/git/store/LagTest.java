package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** Servers that do not have yet what they have named. */
final class LagTest {

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1);
  private final Lag lag = new Lag(Collections.nCopies(3, Duration.ofMillis(1)), clock::get);
  private final AtomicInteger asked = new AtomicInteger();

  private int ask(Kind kind, int failures) throws IOException, InterruptedException {
    asked.set(0);
    return lag.outlast(() -> {
      if (asked.incrementAndGet() <= failures) {
        throw new RemoteException(kind, "not our ref");
      }
      return asked.get();
    });
  }

  @Test
  void whatComesLateIsWaitedFor() throws Exception {
    assertThat(ask(Kind.NO_SUCH_OBJECT, 3)).isEqualTo(4);
  }

  @Test
  void whatDoesNotComeIsNotWaitedForTwice() throws Exception {
    assertThatThrownBy(() -> ask(Kind.NO_SUCH_OBJECT, 9)).isInstanceOf(RemoteException.class);
    assertThat(asked).hasValue(4);
    assertThatThrownBy(() -> ask(Kind.NO_SUCH_OBJECT, 9)).isInstanceOf(RemoteException.class);
    assertThat(asked).hasValue(1);

    clock.addAndGet(TimeUnit.MINUTES.toNanos(1));
    assertThat(ask(Kind.NO_SUCH_OBJECT, 1)).isEqualTo(2);
  }

  @Test
  void otherFailuresAreNotItsAffair() {
    assertThatThrownBy(() -> ask(Kind.SERVER_FAILED, 1)).isInstanceOf(RemoteException.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  void aRefThatMovesBetweenTheAnswerAndTheFetchIsAskedForAnew() throws Exception {
    try (var cache = new Cache()) {
      String id = cache.origin.commit(new Snapshot().file("a", "1"));
      cache.remote.gate =
          request -> {
            if (cache.remote.fetches.size() == 1) {
              throw new RemoteException(Kind.NO_SUCH_OBJECT, "not our ref");
            }
          };
      try (var store = cache.open()) {
        assertThat(Cache.head(store).commit()).isEqualTo(ObjectId.fromString(id));
      }
      assertThat(cache.remote.refRequests).hasSize(2);
    }
  }

  @Test
  void aBranchThatMovesOnWhileItIsFollowedIsShownAsItIsThen() throws Exception {
    try (var cache = new Cache()) {
      cache.origin.commit(new Snapshot().file("a", "1"));
      try (var store = cache.open()) {
        var shown = Cache.head(store);
        cache.origin.commit(new Snapshot().file("a", "2"));
        var tip = store.tips(Set.of("HEAD")).get("HEAD");
        String last = cache.origin.commit(new Snapshot().file("a", "3"));
        cache.remote.gate =
            request -> {
              if (request.wants().contains(tip.id())) {
                throw new RemoteException(Kind.NO_SUCH_OBJECT, "not our ref");
              }
            };
        assertThat(store.advance(tip, shown).commit()).isEqualTo(ObjectId.fromString(last));
      }
    }
  }

  @Test
  void aCommitThatTheUserHasMadeUpIsNotWaitedFor() throws Exception {
    try (var cache = new Cache();
        var store = cache.open()) {
      cache.origin.commit(new Snapshot().file("a", "1"));
      assertThatThrownBy(() -> store.resolve(Optional.of("1".repeat(40))))
          .isInstanceOf(RevisionException.class);
      assertThat(cache.remote.fetches).hasSize(1);
    }
  }
}
