package dev.gitfs.cli;

import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.config.Settings;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options of every command that mounts: one repository, or all. */
final class MountingOptions {

  private final OptionSpec cacheDirectory =
      OptionSpec.builder("--cache-dir")
          .paramLabel("DIR")
          .type(Path.class)
          .description("where repositories are kept; $XDG_CACHE_HOME/git-fs if nowhere given")
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
    syntax.addOption(cacheDirectory).addOption(foreground).addOption(kernel);
  }

  /** Where objects are kept: as the command says, else as it is set. */
  Path cacheDirectory(Settings settings) {
    Path given = cacheDirectory.getValue();
    return given == null ? settings.cacheDirectory() : given.toAbsolutePath();
  }

  /** Whether the command stays until the end of its mount. */
  boolean stay() {
    return foreground.getValue();
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
