package dev.gitfs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Physical memory of a process, in MiB.
 *
 * @param resident now
 * @param peak at most since it started
 */
record ProcessMemory(double resident, double peak) {

  static ProcessMemory of(long pid) throws IOException {
    var status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
    return new ProcessMemory(mebibytes(status, "VmRSS:"), mebibytes(status, "VmHWM:"));
  }

  private static double mebibytes(List<String> status, String name) throws IOException {
    for (var line : status) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D+", "")) / 1024.0;
      }
    }
    throw new IOException("no " + name + " in a process status: it has ended");
  }
}
