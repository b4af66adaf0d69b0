package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link ExampleProgram} in a process of its own, on a directory of its own. */
record ExampleProcess(Process process, Path directory, BufferedReader output, String means)
    implements AutoCloseable {

  static ExampleProcess start(String options) throws IOException {
    Path directory = Files.createTempDirectory("fuse-test");
    String classes = System.getProperty("java.class.path");
    return start(directory, command(classes, directory, options));
  }

  static ExampleProcess start(Path directory, List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output = process.inputReader();
    return new ExampleProcess(process, directory, output, output.readLine());
  }

  static List<String> command(String classes, Path directory, String options) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(Arrays.asList("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classes, ExampleProgram.class.getName()));
    command.addAll(List.of(directory.toString(), options));
    return command;
  }

  void awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts")).contains(directory.toString());
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    if (isMounted()) {
      FuseMount.unmount(directory, true);
    }
    Files.delete(directory);
  }
}
