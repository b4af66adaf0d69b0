package dev.gitfs.cli;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.MountState;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.daemon.RunningDaemons;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code git-fs status}: what a mount shows, since when, and whether it goes with its branch. */
final class StatusCommand implements Command {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);
  private final MountArgument mount = new MountArgument();

  private final OptionSpec json =
      Command.flag("print JSON: an array with an object for each mount", "--json");

  StatusCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addOption(json)
        .addPositional(mount.syntax())
        .usageMessage()
        .description("Tell what a mount shows and whether it goes with its branch.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException {
    var wanted = new HashSet<Path>(mount.mounts());
    var silent = new ArrayList<DaemonException>();
    List<MountSummary> mounts =
        new RunningDaemons(Directories.ofUser())
            .mounts(silent::add).stream()
                .filter(summary -> wanted.stream().anyMatch(summary.directory()::startsWith))
                .toList();
    if (mounts.size() < wanted.size() && !silent.isEmpty()) {
      throw silent.getFirst();
    }
    for (Path directory : wanted) {
      if (mounts.stream().noneMatch(summary -> summary.directory().equals(directory))) {
        throw RunningDaemons.notServed(directory);
      }
    }
    PrintWriter out = syntax.commandLine().getOut();
    if (json.<Boolean>getValue()) {
      var array = new JsonArray();
      mounts.forEach(summary -> array.add(ListCommand.object(summary)));
      out.println(new Gson().toJson(array));
    } else {
      mounts.forEach(summary -> print(summary, out));
    }
    out.flush();
    return ExitStatus.OK;
  }

  private static void print(MountSummary mount, PrintWriter out) {
    MountState state = mount.state();
    line(out, "directory", mount.directory());
    line(out, "source", mount.source());
    mount.failures().last().ifPresent(_ -> line(out, "failures", mount.failureText()));
    if (mount.commit().isEmpty()) {
      return;
    }
    line(out, "ref", mount.shortRef());
    line(out, "commit", mount.commit() + " since " + time(state.shownSince()));
    line(out, "state", state.kind());
    line(out, "asked last", state.polled().map(StatusCommand::time).orElse("when it was mounted"));
    state.problem().ifPresent(problem -> line(out, "problem", problem));
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static void line(PrintWriter out, String name, Object value) {
    out.println(String.format(Locale.ROOT, "%-11s %s", name, value));
  }
}
