package dev.gitfs.bench;

import java.util.Arrays;
import java.util.List;

/**
 * One quantity as measured in several runs.
 *
 * @param values in the order of the runs, at least one
 */
record Samples(List<Double> values) {

  Samples {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  static Samples of(double... values) {
    return new Samples(Arrays.stream(values).boxed().toList());
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    var sorted = values.stream().sorted().toList();
    var half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /** Each with {@code more} on top. */
  Samples plus(double more) {
    return new Samples(values.stream().map(value -> value + more).toList());
  }

  double min() {
    return values.stream().min(Double::compare).orElseThrow();
  }

  double max() {
    return values.stream().max(Double::compare).orElseThrow();
  }
}
