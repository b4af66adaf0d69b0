package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a mount needs of a commit object. As in git the first line names the tree, or it is no
 * commit ({@code parse_commit_buffer} in commit.c of git 2.39); and a time that is missing, is no
 * number or is beyond all calendars is that of 1970 ({@code parse_commit_date} there, {@code
 * show_date} in date.c). Nothing else that is odd in a commit keeps its tree from being shown.
 *
 * @param tree its root tree
 * @param committed the committer's time
 */
record Commit(ObjectId id, ObjectId tree, Instant committed) {

  /** Where the committer is looked for. A merge of twenty thousand parents has him within that. */
  static final int HEADER_BYTES = 1 << 20;

  /**
   * Reads one.
   *
   * @param raw its first {@link #HEADER_BYTES}, or all of it
   * @throws IOException if it names no tree
   */
  static Commit parse(ObjectId id, byte[] raw) throws IOException {
    Optional<ObjectId> tree = idAfter("tree ", raw);
    if (tree.isEmpty()) {
      throw new IOException("commit " + id.name() + " is malformed: it names no tree");
    }
    return new Commit(id, tree.get(), Instant.ofEpochSecond(seconds(raw)));
  }

  /**
   * The object that a tag names.
   *
   * @param raw its first line at least
   * @throws IOException if it names none
   */
  static ObjectId tagged(ObjectId tag, byte[] raw) throws IOException {
    return idAfter("object ", raw)
        .orElseThrow(
            () -> new IOException("tag " + tag.name() + " is malformed: it names no object"));
  }

  /** What the first line names, if that is {@code word} and an id. */
  private static Optional<ObjectId> idAfter(String word, byte[] raw) {
    int start = word.length();
    int end = start + Constants.OBJECT_ID_STRING_LENGTH;
    if (raw.length <= end || raw[end] != '\n' || !startsWith(raw, 0, word)) {
      return Optional.empty();
    }
    for (int at = start; at < end; at++) {
      if (raw[at] < 0 || Character.digit(raw[at], 16) < 0) {
        return Optional.empty();
      }
    }
    return Optional.of(ObjectId.fromString(raw, start));
  }

  /** The number after the committer's address; 0 if there is none, or none that is a time. */
  private static long seconds(byte[] raw) {
    for (int line = 0; line < raw.length && raw[line] != '\n'; line = endOfLine(raw, line) + 1) {
      if (startsWith(raw, line, "committer ")) {
        long seconds = seconds(raw, line, endOfLine(raw, line));
        return seconds >= 0 && seconds <= Instant.MAX.getEpochSecond() ? seconds : 0;
      }
    }
    return 0;
  }

  private static long seconds(byte[] raw, int start, int end) {
    int at = end;
    while (at > start && raw[at - 1] != '>') {
      at--;
    }
    var rest = new String(raw, at, end - at, StandardCharsets.US_ASCII);
    try {
      return at == start ? 0 : Long.parseLong(rest.strip().split("\\s", 2)[0]);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static int endOfLine(byte[] raw, int from) {
    int at = from;
    while (at < raw.length && raw[at] != '\n') {
      at++;
    }
    return at;
  }

  private static boolean startsWith(byte[] raw, int from, String word) {
    byte[] wanted = word.getBytes(StandardCharsets.US_ASCII);
    return raw.length - from >= wanted.length
        && Arrays.equals(raw, from, from + wanted.length, wanted, 0, wanted.length);
  }
}
