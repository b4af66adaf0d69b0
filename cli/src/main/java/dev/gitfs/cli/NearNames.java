package dev.gitfs.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which of some names may have been meant by one that is not among them. */
final class NearNames {

  /** More would be a list of all. */
  private static final int MOST = 3;

  private NearNames() {}

  /**
   * Those that differ from {@code typed} in a third of its letters at most, or begin with it; the
   * nearest first.
   */
  static List<String> of(String typed, Collection<String> names) {
    record Near(String name, int distance) {}
    int limit = Math.max(1, typed.length() / 3);
    return names.stream()
        .map(name -> new Near(name, distance(typed, name)))
        .filter(near -> near.distance <= limit || begins(typed, near.name))
        .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
        .limit(MOST)
        .map(Near::name)
        .toList();
  }

  /** What to add to the sentence that a name is unknown. */
  static String question(String typed, Collection<String> names) {
    List<String> near = of(typed, names);
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  private static boolean begins(String typed, String name) {
    return typed.chars().filter(Character::isLetter).count() >= 2 && name.startsWith(typed);
  }

  /** How many letters have to be put in, taken out, replaced, or swapped with the next. */
  static int distance(String one, String two) {
    int[] before = new int[two.length() + 1];
    int[] last = new int[two.length() + 1];
    int[] row = new int[two.length() + 1];
    Arrays.setAll(last, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= two.length(); j++) {
        boolean same = one.charAt(i - 1) == two.charAt(j - 1);
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == two.charAt(j - 2)
            && one.charAt(i - 2) == two.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      int[] spare = before;
      before = last;
      last = row;
      row = spare;
    }
    return last[two.length()];
  }
}
