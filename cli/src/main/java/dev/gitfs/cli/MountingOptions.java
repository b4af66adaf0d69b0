package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.config.Settings;
import dev.gitfs.cli.config.TimeSpan;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.DaemonMemory;
import dev.gitfs.cli.telemetry.Reasons;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The options of every command that mounts: one repository, or all. */
final class MountingOptions {

  private final OptionSpec cacheDirectory =
      OptionSpec.builder("--cache-dir")
          .paramLabel("DIR")
          .type(Path.class)
          .description("where repositories are kept; $XDG_CACHE_HOME/git-fs if nowhere given")
          .build();

  private final OptionSpec poll =
      OptionSpec.builder("--poll")
          .paramLabel("TIME")
          .type(Duration.class)
          .description(
              "how often to ask whether branches that are shown have moved, such as 10s or 5m; "
                  + TimeSpan.text(Defaults.POLL)
                  + " if nowhere given")
          .converters(timeSpan("--poll", Defaults.LEAST_POLL))
          .build();

  private final OptionSpec foreground =
      Command.flag(
          "stay until the directory is unmounted, and log to standard error", "-f", "--foreground");

  private final OptionSpec kernel =
      OptionSpec.builder("-o")
          .paramLabel("OPTS")
          .type(List.class)
          .description("mount options with commas between them, such as allow_other,noexec")
          .auxiliaryTypes(String.class)
          .build();

  void addTo(CommandSpec syntax) {
    syntax.addOption(cacheDirectory).addOption(poll).addOption(foreground).addOption(kernel);
  }

  /**
   * Where objects are kept: as the command says, else as it is set.
   *
   * @throws DaemonException if nothing can be kept there
   */
  Path cacheDirectory(Settings settings) throws DaemonException {
    Path given = cacheDirectory.getValue();
    Path directory = given == null ? settings.cacheDirectory() : given.toAbsolutePath();
    try {
      Files.createDirectories(directory);
      if (!Files.isWritable(directory)) {
        throw new AccessDeniedException(directory.toString());
      }
      return directory;
    } catch (IOException e) {
      throw new DaemonException(
          DaemonException.Kind.FAILED,
          "the cache %s cannot be written (%s); name another: --cache-dir DIR, or export XDG_CACHE_HOME=DIRECTORY"
              .formatted(directory, Reasons.of(e)),
          e);
    }
  }

  /** How often branches are asked for: as the command says, else as it is set. */
  Duration poll(Settings settings) {
    Duration given = poll.getValue();
    return given == null ? settings.poll() : given;
  }

  /** Reads an option's duration, which must not be shorter than {@code least}. */
  static ITypeConverter<Duration> timeSpan(String option, Duration least) {
    return text -> {
      try {
        Duration duration = TimeSpan.parse(text);
        if (duration.compareTo(least) < 0) {
          throw new TypeConversionException(option + " must be at least " + TimeSpan.text(least));
        }
        return duration;
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /** Whether the command stays until the end of its mount. */
  boolean stay() {
    return foreground.getValue();
  }

  /** What a daemon gets for {@code wanted}; says so if a user who asked for it gets less. */
  DaemonMemory memory(CommandLine command, ByteSize wanted) {
    DaemonMemory memory = DaemonMemory.here(wanted);
    if (memory.contents().bytes() < wanted.bytes() && !wanted.equals(Defaults.MEMORY)) {
      command
          .getErr()
          .println(
              "git-fs: memory is limited here: %s for contents, not %s"
                  .formatted(memory.contents(), wanted));
      command.getErr().flush();
    }
    return memory;
  }

  KernelOptions kernel(CommandLine command) {
    List<String> lists = kernel.getValue();
    try {
      return KernelOptions.parse(lists == null ? List.of() : lists);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage());
    }
  }
}
