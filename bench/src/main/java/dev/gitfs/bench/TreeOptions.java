package dev.gitfs.bench;

import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what is served, and how far away. */
final class TreeOptions {

  @Mixin private SourceOptions source = new SourceOptions();

  @Option(
      names = "--round-trip",
      paramLabel = "MS",
      description = "round trip in milliseconds; 50 if not given")
  private int roundTripMillis = 50;

  TreeOptions() {}

  Network network() {
    return new Network(Duration.ofMillis(roundTripMillis), source.megabits());
  }

  BenchTree tree() {
    return source.tree();
  }

  ServedTree serve() throws IOException {
    return new ServedTree(tree(), network());
  }
}
