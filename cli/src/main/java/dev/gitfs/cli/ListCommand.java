package dev.gitfs.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.cli.daemon.SilentDaemonException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code git-fs list}: what is mounted, and what a killed process left behind. */
final class ListCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  private final OptionSpec json =
      Command.flag("print JSON: an array with an object for each mount", "--json");

  ListCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax.addOption(json).usageMessage().description("List what is mounted.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException {
    var silent = new ArrayList<SilentDaemonException>();
    List<MountSummary> mounts = new RunningDaemons(Directories.ofUser()).mounts(silent::add);
    var served = mounts.stream().map(MountSummary::device).collect(Collectors.toSet());
    List<KernelMounts.Entry> stale =
        KernelMounts.all().stream()
            .filter(KernelMounts.Entry::ours)
            .filter(entry -> !served.contains(entry.device()))
            .filter(KernelMounts.Entry::stale)
            .toList();
    PrintWriter out = syntax.commandLine().getOut();
    if (json.<Boolean>getValue()) {
      out.println(new GsonBuilder().disableHtmlEscaping().create().toJson(array(mounts, stale)));
    } else {
      table(mounts, stale).forEach(out::println);
    }
    out.flush();
    if (!silent.isEmpty()) {
      throw silent.getFirst();
    }
    return ExitStatus.OK;
  }

  private static JsonArray array(List<MountSummary> mounts, List<KernelMounts.Entry> stale) {
    var array = new JsonArray();
    for (MountSummary mount : mounts) {
      array.add(object(mount));
    }
    for (KernelMounts.Entry entry : stale) {
      var object = new JsonObject();
      object.addProperty("directory", entry.directory().toString());
      object.addProperty("source", entry.source());
      object.addProperty("state", "stale");
      array.add(object);
    }
    return array;
  }

  static JsonObject object(MountSummary mount) {
    var object = new JsonObject();
    object.addProperty("directory", mount.directory().toString());
    object.addProperty("source", mount.source());
    object.addProperty("state", "mounted");
    object.addProperty("ref", mount.ref());
    object.addProperty("commit", mount.commit());
    object.addProperty("following", mount.state().kind());
    mount.state().problem().ifPresent(problem -> object.addProperty("problem", problem));
    object.addProperty("shown_since", mount.state().shownSince().toString());
    mount.state().polled().ifPresent(at -> object.addProperty("polled", at.toString()));
    object.addProperty("failures", mount.failures().count());
    mount.failures().last().ifPresent(_ -> object.addProperty("last_failure", mount.failureText()));
    object.addProperty("since", mount.since().toString());
    object.addProperty("pid", mount.pid());
    object.addProperty("log", mount.log().toString());
    return object;
  }

  /** A heading and a row for each mount, columns aligned; nothing at all if nothing is mounted. */
  private static List<String> table(List<MountSummary> mounts, List<KernelMounts.Entry> stale) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("DIRECTORY", "REF", "COMMIT", "STATE", "PID", "SOURCE"));
    for (MountSummary mount : mounts) {
      rows.add(
          List.of(
              printable(mount.directory()),
              orDash(mount.shortRef()),
              orDash(mount.shortCommit()),
              mount.state().kind(),
              Long.toString(mount.pid()),
              mount.source()));
    }
    for (KernelMounts.Entry entry : stale) {
      rows.add(List.of(printable(entry.directory()), "-", "-", "stale", "-", entry.source()));
    }
    if (rows.size() == 1) {
      return List.of();
    }
    int[] widths = new int[5];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    var format = new StringBuilder();
    for (int width : widths) {
      format.append("%-").append(width).append("s  ");
    }
    return rows.stream().map(row -> (format + "%s").formatted(row.toArray())).toList();
  }

  /** A mount of many repositories has none. */
  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  /** A directory's name may hold what would break a line. */
  private static String printable(Path directory) {
    return directory.toString().replaceAll("\\p{Cntrl}", "?");
  }
}
