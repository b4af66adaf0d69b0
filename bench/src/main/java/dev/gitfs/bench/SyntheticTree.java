package dev.gitfs.bench;

import dev.gitfs.testkit.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A source tree that never was: 6,000 files of text in 300 directories up to six levels deep, the
 * same bytes on every machine.
 */
final class SyntheticTree {
  private static final int DIRECTORIES = 300;
  private static final int FILES_IN_EACH = 20;

  /** Sizes of source files are spread over orders of magnitude; half of Linux's are below 5 KiB. */
  private static final double MEDIAN_SIZE = 5_000;

  private static final double SPREAD = 1.2;
  private static final int LARGEST = 1 << 20;

  private SyntheticTree() {}

  static Snapshot snapshot() {
    // The algorithm of java.util.Random is part of its specification.
    var random = new Random(20_261_122);
    var snapshot = new Snapshot().file("README", "Nothing here means anything.\n");
    for (var directory = 0; directory < DIRECTORIES; directory++) {
      var path = path(directory);
      for (var file = 0; file < FILES_IN_EACH; file++) {
        var size =
            (int) Math.min(LARGEST, MEDIAN_SIZE * StrictMath.exp(SPREAD * random.nextGaussian()));
        snapshot.file(path + "/file" + file + ".c", text(random, size));
      }
    }
    return snapshot;
  }

  /** Three children a directory, so that the deepest have six names. */
  private static String path(int number) {
    return number < 3 ? "dir" + number : path(number / 3 - 1) + "/dir" + number;
  }

  /** Lines of words: compresses about as well as source text. */
  private static byte[] text(Random random, int size) {
    var text = new StringBuilder(size + 80);
    while (text.length() < size) {
      for (var word = 0; word < 8; word++) {
        text.append(Integer.toString(random.nextInt(5_000), 36)).append(word % 3 == 0 ? "_" : " ");
      }
      text.append(";\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
