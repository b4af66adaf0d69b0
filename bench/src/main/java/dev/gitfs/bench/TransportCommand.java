package dev.gitfs.bench;

import dev.gitfs.bench.transport.TransportBenchmark;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ./benchmark transport}. */
@Command(
    name = "transport",
    description = "Measure the FUSE transport against the same toy file system in C.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class TransportCommand implements Callable<Integer> {

  @Mixin private ReportOptions output = new ReportOptions();

  TransportCommand() {}

  @Override
  public Integer call() throws Exception {
    DebianPackages.need(Path.of("/usr/bin/gcc"), "gcc");
    DebianPackages.need(Path.of("/usr/include/stdio.h"), "libc6-dev");
    DebianPackages.need(Path.of("/usr/include/fuse3/fuse_lowlevel.h"), "libfuse3-dev");
    var report = TransportBenchmark.measure();
    var markdown = "- " + Machine.description() + ".\n\n" + report.markdown();
    return output.publish("transport", markdown, report.meetsItsGoals());
  }
}
