package dev.gitfs.bench;

import dev.gitfs.testkit.SlowLink;
import java.time.Duration;

/**
 * The network between client and server.
 *
 * @param megabits a second in each direction; 0 for no limit
 */
record Network(Duration roundTrip, int megabits) {

  long bitsPerSecond() {
    return megabits == 0 ? SlowLink.UNLIMITED : megabits * 1_000_000L;
  }

  @Override
  public String toString() {
    return roundTrip.toMillis()
        + " ms round trip, "
        + (megabits == 0 ? "no limit on bandwidth" : megabits + " Mbit/s");
  }
}
