package dev.gitfs.bench.transport;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The rates of both sides, round by round.
 *
 * @param java rates of the toy on dev.gitfs.fuse
 * @param c rates of the toy on libfuse
 */
public record TransportReport(Map<Load, List<Double>> java, Map<Load, List<Double>> c) {
  /** What the transport must reach: this part of C's rate, in each of the loads. */
  static final double GOAL = 0.9;

  TransportReport() {
    this(new EnumMap<>(Load.class), new EnumMap<>(Load.class));
  }

  void add(Load load, double javaRate, double cRate) {
    java.computeIfAbsent(load, l -> new ArrayList<>()).add(javaRate);
    c.computeIfAbsent(load, l -> new ArrayList<>()).add(cRate);
  }

  private static double median(List<Double> rates) {
    return rates.stream().sorted().toList().get(rates.size() / 2);
  }

  private double ratio(Load load) {
    return median(java.get(load)) / median(c.get(load));
  }

  private boolean isMet(Load load) {
    return ratio(load) >= GOAL;
  }

  /** Whether every load that has a goal reaches it. */
  public boolean meetsItsGoals() {
    return java.keySet().stream().filter(Load::hasGoal).allMatch(this::isMet);
  }

  /** A table for docs/PERFORMANCE.md. */
  public String markdown() {
    var lines = new ArrayList<String>();
    lines.add("| | git-fs | C, libfuse | ratio | goal | met |");
    lines.add("|---|---:|---:|---:|---|---|");
    for (Load load : java.keySet()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.2f | %s |",
              load.title(),
              load.format(median(java.get(load))),
              load.format(median(c.get(load))),
              ratio(load),
              load.hasGoal()
                  ? "ratio ≥ " + GOAL + " | " + (isMet(load) ? "yes" : "**no**")
                  : "| "));
    }
    return String.join("\n", lines) + "\n";
  }
}
