package dev.gitfs.git.forge;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much may still be asked of a forge, from what its answers say: {@code X-RateLimit-…}, {@code
 * RateLimit-…}, {@code Retry-After}. Some requests are always left to the user, whose other
 * programs (his own git client, an editor, a CI job) ask with the same token or from the same
 * address.
 */
final class Quota {

  /**
   * The user's share is one in so many, and at least {@link #LEAST_LEFT}: of GitHub's 60 an hour
   * without a token 12, enough to look at a few pull requests; of 5,000 with one, 1,000.
   */
  private static final int SHARE_LEFT = 5;

  private static final long LEAST_LEFT = 10;

  /** A forge that refuses without saying for how long: GitHub's own advice. */
  private static final Duration UNSAID = Duration.ofMinutes(1);

  /** A forge that was not reached is tried again after this: one that comes back is soon seen. */
  private static final Duration UNREACHED = Duration.ofSeconds(15);

  /** No forge counts over a longer time: what says so is wrong, or reads a clock that is. */
  private static final Duration LONGEST = Duration.ofDays(1);

  /** More than a year of seconds is no duration but a point in time. */
  private static final long LONGEST_DELTA = 366L * 24 * 3600;

  /** More seconds than that, some 3,000 years, are milliseconds. */
  private static final long LARGEST_EPOCH = 100_000_000_000L;

  private final InstantSource clock;

  /** Not before this. Guarded by this, as are all below. */
  private Instant closedUntil = Instant.MIN;

  private long remaining = Long.MAX_VALUE;
  private long reserve = LEAST_LEFT;

  /** Requests whose answers have not come: what is left may be fewer by as many. */
  private int underWay;

  private Instant reset = Instant.MIN;

  Quota(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether a request may be made now. */
  synchronized boolean allows() {
    var now = clock.instant();
    return !now.isBefore(closedUntil) && (remaining - underWay > reserve || !now.isBefore(reset));
  }

  /** Takes one request of what is left, if it may be made now; {@link #end} is owed then. */
  synchronized boolean begin() {
    boolean allowed = allows();
    underWay += allowed ? 1 : 0;
    return allowed;
  }

  /** A request that had begun is over, and its answer, if any came, was learned from. */
  synchronized void end() {
    underWay--;
  }

  /** Whether none may be made because the last was refused or failed, of which the log tells. */
  synchronized boolean isClosed() {
    return clock.instant().isBefore(closedUntil);
  }

  /** How many requests may be made before the user's share begins; a great many if none said. */
  synchronized long spare() {
    return allows() && clock.instant().isBefore(reset)
        ? remaining - underWay - reserve
        : Integer.MAX_VALUE;
  }

  /** When one may be made again, for the log. */
  synchronized Instant reopens() {
    return closedUntil.isAfter(reset) ? closedUntil : reset;
  }

  /** Learns from any answer. */
  synchronized void learn(HttpHeaders headers) {
    // Of a small limit half, or there would be nothing left to ask with.
    number(headers, "Limit")
        .ifPresent(
            limit -> reserve = Math.min(Math.max(LEAST_LEFT, limit / SHARE_LEFT), limit / 2));
    var left = number(headers, "Remaining");
    if (left.isEmpty()) {
      return;
    }
    long seconds = number(headers, "Reset").orElse(UNSAID.toSeconds());
    var now = clock.instant();
    var until =
        seconds > LONGEST_DELTA
            ? local(instant(seconds), headers, now)
            : earlier(now.plusSeconds(seconds), now);
    // Answers may overtake each other: within one period the lowest count is the true one.
    boolean samePeriod = Duration.between(reset, until).abs().compareTo(UNSAID) < 0;
    remaining = samePeriod ? Math.min(remaining, left.getAsLong()) : left.getAsLong();
    reset = until;
  }

  /** The forge said that this was too much. */
  synchronized void refused(HttpHeaders headers) {
    learn(headers);
    var now = clock.instant();
    var after = headers.firstValue("Retry-After").flatMap(value -> until(value, headers, now));
    if (after.isPresent()) {
      closedUntil = after.get();
    } else if (remaining > 0 || !now.isBefore(reset)) {
      closedUntil = now.plus(UNSAID);
    }
  }

  /** The forge could not be reached, or failed. */
  synchronized void unreached() {
    closedUntil = clock.instant().plus(UNREACHED);
  }

  /**
   * Whether an answer says that a rate limit is used up. Of GitHub's secondary limits only the
   * message may tell ("You have exceeded a secondary rate limit", in its REST documentation).
   */
  static boolean isRefusal(int status, HttpHeaders headers, String complaint) {
    return status == 429
        || status == 403
            && (headers.firstValue("Retry-After").isPresent()
                || number(headers, "Remaining").equals(OptionalLong.of(0))
                || complaint.toLowerCase(Locale.ROOT).contains("rate limit"));
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    return headers
        .firstValue("X-RateLimit-" + name)
        .or(() -> headers.firstValue("RateLimit-" + name))
        .map(String::strip)
        .filter(value -> value.matches("[0-9]{1,15}"))
        .map(value -> OptionalLong.of(Long.parseLong(value)))
        .orElse(OptionalLong.empty());
  }

  /** Seconds, or a date. */
  private static Optional<Instant> until(String value, HttpHeaders headers, Instant now) {
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(earlier(now.plusSeconds(Long.parseLong(value)), now));
    }
    return date(value).map(until -> local(until, headers, now));
  }

  private static Instant instant(long seconds) {
    return seconds > LARGEST_EPOCH ? Instant.ofEpochMilli(seconds) : Instant.ofEpochSecond(seconds);
  }

  /** A point in time of the server's clock in this machine's, which may differ by hours. */
  private static Instant local(Instant until, HttpHeaders headers, Instant now) {
    var there = headers.firstValue("Date").flatMap(Quota::date).orElse(now);
    return earlier(now.plus(Duration.between(there, until)), now);
  }

  private static Instant earlier(Instant until, Instant now) {
    var latest = now.plus(LONGEST);
    return until.isBefore(latest) ? until : latest;
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
