package dev.gitfs.mount;

import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * What a child JVM does to a mount: the ways of reading that take system calls no shell has. Prints
 * what it has seen.
 */
final class Probe {
  /**
   * The first byte of a huge file comes when all of it has: half a minute where nothing else runs.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private Probe() {}

  /** Runs {@code action} on {@code path} in a child; its output. */
  static String run(String action, Path path, Object... arguments) {
    return command(action, path, arguments).timeout(PATIENCE).run().orFail().text().strip();
  }

  /** The same, started and not awaited. */
  static Processes.Running start(String action, Path path, Object... arguments) {
    return command(action, path, arguments).start();
  }

  private static Processes command(String action, Path path, Object... arguments) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName(),
                action,
                path.toString()));
    for (var argument : arguments) {
      command.add(argument.toString());
    }
    return Processes.command(command);
  }

  public static void main(String[] arguments) throws Exception {
    var path = Path.of(arguments[1]);
    System.out.println(
        switch (arguments[0]) {
          case "mmap" -> mmap(path);
          case "mmap-across" -> mmapAcross(path, Path.of(arguments[2]));
          case "sendfile" -> sendfile(path);
          case "anywhere" -> anywhere(path, Path.of(arguments[2]));
          case "at" -> at(path, Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
          case "xattrs" -> xattrs(path);
          default -> throw new IllegalArgumentException(arguments[0]);
        });
  }

  private static String mmap(Path path) throws Exception {
    try (var channel = FileChannel.open(path)) {
      var digest = MessageDigest.getInstance("SHA-1");
      digest.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
      return hex(digest);
    }
  }

  /** Maps a file, looks at its first page, and at the rest once the file {@code go} is there. */
  private static String mmapAcross(Path path, Path go) throws Exception {
    try (var channel = FileChannel.open(path)) {
      var digest = MessageDigest.getInstance("SHA-1");
      var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      System.out.println("mapped " + (char) mapped.get(0));
      while (!Files.exists(go)) {
        Thread.sleep(10);
      }
      digest.update(mapped);
      return hex(digest);
    }
  }

  /** From a file to a socket {@code transferTo} is sendfile(2). */
  private static String sendfile(Path path) throws Exception {
    try (var channel = FileChannel.open(path);
        var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var receiver = SocketChannel.open(listener.getLocalAddress());
      var sender = listener.accept();
      Thread.ofPlatform()
          .start(() -> {
            try (sender) {
              for (var sent = 0L; sent < channel.size(); ) {
                sent += channel.transferTo(sent, channel.size() - sent, sender);
              }
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      var digest = MessageDigest.getInstance("SHA-1");
      var buffer = ByteBuffer.allocate(1 << 16);
      while (receiver.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      return hex(digest);
    }
  }

  /** Reads {@code path} here and there and compares with {@code reference}. */
  private static String anywhere(Path path, Path reference) throws Exception {
    var random = new Random(1);
    var expected = Files.readAllBytes(reference);
    try (var channel = FileChannel.open(path)) {
      for (var i = 0; i < 500; i++) {
        var offset = random.nextInt(expected.length + 5000);
        var buffer = ByteBuffer.allocate(1 + random.nextInt(random.nextBoolean() ? 100 : 300_000));
        var read = Math.max(0, channel.read(buffer, offset));
        var available = Math.clamp(expected.length - offset, 0, buffer.capacity());
        if (read != available
            || (read > 0
                && !ByteBuffer.wrap(expected, offset, read).equals(buffer.flip().slice()))) {
          return "differs at " + offset + ": " + read + " of " + available;
        }
      }
    }
    return "same";
  }

  private static String at(Path path, long offset, int length) throws Exception {
    try (var channel = FileChannel.open(path)) {
      var buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
        // A read may be short at a page's end.
      }
      return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
    }
  }

  private static String xattrs(Path path) throws Exception {
    var view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    var lines = new ArrayList<String>();
    for (var name : view.list()) {
      var value = ByteBuffer.allocate(view.size(name));
      view.read(name, value);
      lines.add(name + "=" + new String(value.array(), StandardCharsets.UTF_8));
    }
    lines.sort(null);
    return String.join("\n", lines);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
