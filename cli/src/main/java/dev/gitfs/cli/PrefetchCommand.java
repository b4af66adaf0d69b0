package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountedPath;
import dev.gitfs.cli.daemon.PrefetchOrder;
import dev.gitfs.cli.daemon.PrefetchOrder.OrderedPath;
import dev.gitfs.cli.daemon.PrefetchProgress;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.fuse.linux.RawPath;
import dev.gitfs.mount.prefetch.PathRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code git-fs prefetch}: brings files and directories of a mount before they are read. */
final class PrefetchCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  private final OptionSpec trees =
      Command.flag("bring directories alone, which listings need", "--trees");

  private final OptionSpec contents =
      Command.flag("bring files too; this unless told otherwise", "--content");

  private final OptionSpec depth =
      OptionSpec.builder("--depth")
          .paramLabel("N")
          .type(Integer.class)
          .description("how many levels of each directory named: 1 for the files in it alone")
          .build();

  private final OptionSpec maxBytes =
      OptionSpec.builder("--max-bytes")
          .paramLabel("SIZE")
          .type(ByteSize.class)
          .description("stop after so much has been received, and say what was left out")
          .converters(Command::size)
          .build();

  private final PositionalParamSpec paths =
      PositionalParamSpec.builder()
          .index("0..*")
          .arity("1..*")
          .paramLabel("PATH")
          .type(List.class)
          .auxiliaryTypes(String.class)
          .required(true)
          .description(
              "a file, a directory or a glob within a mount; quoted from the shell, ** goes"
                  + " through directories")
          .build();

  PrefetchCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addOption(trees)
        .addOption(contents)
        .addOption(depth)
        .addOption(maxBytes)
        .addPositional(paths)
        .usageMessage()
        .description("Bring files and directories of a mount, in as few requests as it takes.")
        .footerHeading("%nExamples:%n")
        .footer(
            "  git-fs prefetch /mnt/linux/kernel",
            "  git-fs prefetch '/mnt/linux/**/Kconfig' --max-bytes 20M");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    refuseContradictions();
    for (Map.Entry<Path, List<OrderedPath>> mount : byMount().entrySet()) {
      bring(mount.getKey(), mount.getValue());
    }
    return ExitStatus.OK;
  }

  private void refuseContradictions() {
    if (trees.<Boolean>getValue() && contents.<Boolean>getValue()) {
      throw new ParameterException(
          syntax.commandLine(), "--trees and --content exclude each other");
    }
    Integer levels = depth.getValue();
    ByteSize bytes = maxBytes.getValue();
    if (levels != null && levels < 1 || bytes != null && bytes.bytes() < 1) {
      throw new ParameterException(
          syntax.commandLine(), "--depth and --max-bytes must be at least 1");
    }
  }

  private Map<Path, List<OrderedPath>> byMount() throws DaemonException, IOException {
    var byMount = new LinkedHashMap<Path, List<OrderedPath>>();
    var raw = RawArguments.ofThisProcess();
    byte[] here = RawPath.bytes(KernelMounts.here());
    for (String path : paths.<List<String>>getValue()) {
      MountedPath mounted =
          MountedPath.of(raw.argument(path), here)
              .orElseThrow(() ->
                  new DaemonException(
                      DaemonException.Kind.DIRECTORY,
                      path + " is in no mount of git-fs; see: git-fs list"));
      byMount
          .computeIfAbsent(mounted.mount().directory(), _ -> new ArrayList<>())
          .add(OrderedPath.of(mounted));
    }
    return byMount;
  }

  private void bring(Path mount, List<OrderedPath> named)
      throws DaemonException, InterruptedException, IOException {
    Integer levels = depth.getValue();
    ByteSize bytes = maxBytes.getValue();
    var order =
        new PrefetchOrder(
            named,
            !trees.<Boolean>getValue(),
            levels == null ? PathRequest.ALL_LEVELS : levels,
            bytes == null ? new ByteSize(PathRequest.ALL_BYTES) : bytes);
    PrefetchProgress end;
    String seconds;
    try (var serving = new RunningDaemons(Directories.ofUser()).require(mount);
        var display = ProgressDisplay.start()) {
      end = serving.daemon().prefetch(serving.directory(), order, display);
      seconds = "%.1f s".formatted(display.elapsed().toNanos() / 1e9);
    }
    var out = syntax.commandLine().getOut();
    String what = order.contents() ? end.files() + (end.files() == 1 ? " file, " : " files, ") : "";
    out.println(mount + ": " + what + end + " fetched in " + seconds);
    if (end.leftOut() > 0) {
      out.println(
          "left out for --max-bytes: %d %s, from %s on"
              .formatted(
                  end.leftOut(), order.contents() ? "files" : "directories", end.firstLeftOut()));
    }
    out.flush();
    if (end.refused() > 0) {
      throw new DaemonException(
          DaemonException.Kind.SERVER,
          "the server does not give %d of what was named, first of all %s"
              .formatted(end.refused(), end.firstRefused()));
    }
  }
}
