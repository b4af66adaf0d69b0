package dev.gitfs.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountStatistics;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.git.store.PrefetchStatistics;
import dev.gitfs.git.store.RequestCounts;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code git-fs stats}: what a mount has cost and saved. */
final class StatsCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  private final OptionSpec json =
      Command.flag("print a JSON object; sizes are bytes, times seconds", "--json");

  private final PositionalParamSpec directory =
      PositionalParamSpec.builder()
          .paramLabel("DIR")
          .type(Path.class)
          .required(true)
          .description("where a repository is mounted")
          .build();

  StatsCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addOption(json)
        .addPositional(directory)
        .usageMessage()
        .description("Show what a mount has cost and saved since it was mounted.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException {
    Path target = KernelMounts.canonical(directory.getValue());
    try (var serving = new RunningDaemons(Directories.ofUser()).require(target)) {
      MountStatistics statistics = serving.daemon().statistics(serving.directory());
      PrintWriter out = syntax.commandLine().getOut();
      if (json.<Boolean>getValue()) {
        out.println(new Gson().toJson(object(statistics)));
      } else {
        print(statistics, out);
      }
      out.flush();
    }
    return ExitStatus.OK;
  }

  private static JsonObject object(MountStatistics statistics) {
    JsonObject object = ListCommand.object(statistics.mount());
    object.addProperty("requests", statistics.requests());
    object.addProperty("retries", statistics.retries());
    object.addProperty("bytes_sent", statistics.sent().bytes());
    object.addProperty("bytes_received", statistics.received().bytes());
    object.addProperty("objects_fetched", statistics.objectsFetched());
    object.addProperty("memory_hits", statistics.memoryHits());
    object.addProperty("disk_hits", statistics.diskHits());
    object.addProperty("misses", statistics.misses());
    object.addProperty("waits", statistics.waits());
    object.addProperty("waited_seconds", statistics.waited().toNanos() / 1e9);
    object.add("prefetch", prefetch(statistics.prefetch()));
    object.add("readers", readers(statistics.readers()));
    object.add("requests_by_kind", kinds(statistics.kinds()));
    object.addProperty("resident_bytes", statistics.resident().bytes());
    return object;
  }

  private static JsonObject prefetch(PrefetchStatistics statistics) {
    var object = new JsonObject();
    object.addProperty("running", statistics.running());
    object.addProperty("planned", statistics.planned());
    object.addProperty("objects", statistics.objects());
    object.addProperty("bytes", statistics.bytes());
    object.addProperty("used_objects", statistics.usedObjects());
    object.addProperty("used_bytes", statistics.usedBytes());
    object.addProperty("wasted_objects", statistics.wastedObjects());
    object.addProperty("wasted_bytes", statistics.wastedBytes());
    return object;
  }

  private static JsonObject readers(ReaderStatistics statistics) {
    var object = new JsonObject();
    object.addProperty("followed", statistics.readers());
    object.addProperty("windows_open", statistics.windows());
    object.addProperty("files_asked", statistics.asked());
    object.addProperty("files_used", statistics.used());
    return object;
  }

  private static JsonObject kinds(RequestCounts counts) {
    var object = new JsonObject();
    object.addProperty("commits", counts.commits());
    object.addProperty("trees", counts.trees());
    object.addProperty("blobs", counts.blobs());
    object.addProperty("sizes", counts.sizes());
    object.addProperty("prefetches", counts.prefetches());
    return object;
  }

  private static void print(MountStatistics statistics, PrintWriter out) {
    line(out, "source", statistics.mount().source());
    if (!statistics.mount().commit().isEmpty()) {
      line(out, "ref", statistics.mount().shortRef());
      line(out, "commit", statistics.mount().commit());
      line(out, "state", statistics.mount().state().kind());
      statistics.mount().state().problem().ifPresent(problem -> line(out, "problem", problem));
    }
    MountSummary mount = statistics.mount();
    mount.failures().last().ifPresent(_ -> line(out, "failures", mount.failureText()));
    line(out, "since", statistics.mount().since());
    line(out, "requests", statistics.requests() + " (" + statistics.retries() + " retries)");
    RequestCounts kinds = statistics.kinds();
    line(
        out,
        "  by kind",
        "%d commits, %d trees, %d blobs, %d sizes, %d prefetches"
            .formatted(
                kinds.commits(), kinds.trees(), kinds.blobs(), kinds.sizes(), kinds.prefetches()));
    line(out, "sent", statistics.sent());
    line(out, "received", statistics.received());
    line(out, "objects fetched", statistics.objectsFetched());
    line(out, "memory hits", statistics.memoryHits());
    line(out, "disk hits", statistics.diskHits());
    line(out, "misses", statistics.misses());
    String waited = "%.3f s".formatted(statistics.waited().toNanos() / 1e9);
    line(out, "waits", statistics.waits() + " (" + waited + " in all)");
    PrefetchStatistics ahead = statistics.prefetch();
    line(out, "prefetched", amount(ahead.objects(), ahead.bytes()));
    line(out, "  used", amount(ahead.usedObjects(), ahead.usedBytes()));
    line(out, "  wasted", amount(ahead.wastedObjects(), ahead.wastedBytes()));
    line(out, "  under way", ahead.running() + " (and " + ahead.planned() + " planned)");
    ReaderStatistics readers = statistics.readers();
    line(
        out,
        "ahead of readers",
        "%d followed, %d windows open; of %d files asked for, %d used"
            .formatted(readers.readers(), readers.windows(), readers.asked(), readers.used()));
    line(out, "resident memory", statistics.resident());
    line(out, "process", statistics.mount().pid());
    line(out, "log", statistics.mount().log());
  }

  private static String amount(long objects, long bytes) {
    return objects + " objects, " + new ByteSize(bytes);
  }

  private static void line(PrintWriter out, String name, Object value) {
    out.println(String.format(Locale.ROOT, "%-16s %s", name, value));
  }
}
