package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** A filter forgets nothing that was added, and takes little else for it. */
final class IdFilterTest {

  private final Random random = new Random(11);

  private ObjectId id() {
    byte[] raw = new byte[20];
    random.nextBytes(raw);
    return ObjectId.fromRaw(raw);
  }

  @Test
  void whatWasAddedMayBeThereAndLittleElse() {
    var filter = new IdFilter(1000);
    assertThat(filter.room()).isBetween(1000L, 2000L);
    long room = filter.room();
    var added = Stream.generate(this::id).limit(room).toList();
    added.forEach(filter::add);
    assertThat(filter.room()).isZero();
    assertThat(added).allMatch(filter::mayHold);
    long mistaken = Stream.generate(this::id).limit(10_000).filter(filter::mayHold).count();
    assertThat(mistaken).isBetween(1L, 500L);
  }

  @Test
  void anEmptyOneHoldsNothing() {
    var filter = new IdFilter(0);
    assertThat(filter.room()).isPositive();
    assertThat(filter.mayHold(id())).isFalse();
  }
}
