package dev.gitfs.cli;

import dev.gitfs.cli.config.Settings;
import dev.gitfs.cli.config.SettingsException;
import dev.gitfs.cli.config.SettingsFile;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.git.forge.Hosted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options of commands that go by the user's configuration. */
final class SettingsOptions {

  private final OptionSpec file =
      OptionSpec.builder("--config")
          .paramLabel("FILE")
          .type(Path.class)
          .description("configuration; $XDG_CONFIG_HOME/git-fs/config.toml if not given")
          .build();

  private final OptionSpec allow =
      OptionSpec.builder("--allow")
          .paramLabel("RULE")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .description(
              "what may be opened, besides what the configuration allows: FORGE/owner,"
                  + " FORGE/owner/repo, with * for any characters; may be repeated")
          .build();

  OptionSpec file() {
    return file;
  }

  OptionSpec allow() {
    return allow;
  }

  /** What is set, with the rules of the command line; notes go to the command's standard error. */
  Settings read(CommandLine command) throws SettingsException, IOException {
    Settings settings = SettingsFile.read(Optional.ofNullable(file.getValue()));
    settings.notes().forEach(note -> command.getErr().println("git-fs: " + note));
    command.getErr().flush();
    List<String> rules = allow.getValue();
    try {
      return rules == null ? settings : settings.allowing(rules);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, e.getMessage());
    }
  }

  /** Refuses what the rules do not allow. */
  static void check(Settings settings, Hosted repository) throws DaemonException {
    if (!settings.rules().permits(repository.forge().name(), repository.path())) {
      throw new DaemonException(
          DaemonException.Kind.REPOSITORY,
          repository
              + " may not be opened: "
              + settings
                  .file()
                  .map(file -> "the rules in [allow] of " + file)
                  .orElse("the rules of --allow")
              + " do not allow it");
    }
  }
}
