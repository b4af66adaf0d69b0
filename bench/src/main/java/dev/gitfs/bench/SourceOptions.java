package dev.gitfs.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what is served, and through how wide a link. */
final class SourceOptions {

  /** The trees that can be had anywhere. */
  enum Name {
    linux,
    synthetic
  }

  @Option(
      names = "--tree",
      paramLabel = "TREE",
      description = "linux, from Debian's source package, or synthetic, small; linux if not given")
  private Name name = Name.linux;

  @Option(
      names = "--repository",
      paramLabel = "PATH",
      description = "HEAD of a bare repository that is there already, in place of --tree")
  private Optional<Path> repository;

  @Option(
      names = "--mbit",
      paramLabel = "N",
      description = "bandwidth in Mbit/s, 0 for no limit; 200 if not given")
  private int megabits = 200;

  SourceOptions() {}

  int megabits() {
    return megabits;
  }

  BenchTree tree() {
    return repository
        .<BenchTree>map(path -> {
          if (!Files.isDirectory(path.resolve("objects"))) {
            throw new UsageException(path + " is not a bare repository");
          }
          return new BenchTree.Existing(path);
        })
        .orElseGet(() ->
            switch (name) {
              case linux -> new BenchTree.Linux();
              case synthetic -> new BenchTree.Synthetic();
            });
  }
}
