package dev.gitfs.git.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the kernel knows of this process's TCP connections (proc(5), /proc/net/tcp): java.net.http
 * does not tell whether the other end takes what it is sent. Where there is no such file, nothing
 * is known.
 */
final class TcpSockets {

  /**
   * Repeated so often without an acknowledgement, a segment has been on its way for 6 seconds and
   * more (0.2 s, doubled each time).
   */
  private static final int RETRANSMITS = 5;

  private static final String ESTABLISHED = "01";

  private TcpSockets() {}

  /**
   * Whether a connection of this process to that port of that host is dead: nobody there takes what
   * is sent, or the address it was made from is not this machine's any more.
   */
  static boolean isOneLost(String host, int port) {
    try {
      Set<String> own = sockets();
      Set<String> here = localAddresses();
      Set<String> there =
          Stream.of(InetAddress.getAllByName(host))
              .flatMap(address -> inTable(address.getAddress()))
              .map(address -> address + ":%04X".formatted(port))
              .collect(Collectors.toSet());
      for (var table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
        var file = Path.of(table);
        if (Files.exists(file)
            && Files.readAllLines(file).stream().anyMatch(line -> isLost(line, there, own, here))) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** The same, of a line of that table. */
  static boolean isLost(String line, Set<String> there, Set<String> own, Set<String> here) {
    // sl local remote state tx:rx tr:when retransmits uid timeout inode
    String[] fields = line.strip().split("\\s+");
    if (fields.length < 10
        || !fields[3].equals(ESTABLISHED)
        || !there.contains(fields[2])
        || !own.contains(fields[9])) {
      return false;
    }
    boolean unsent = !fields[4].startsWith("00000000:");
    String address = fields[1].substring(0, fields[1].indexOf(':'));
    return (unsent && Integer.parseInt(fields[6], 16) >= RETRANSMITS)
        || !(isLoopback(address) || here.contains(address));
  }

  /** Of 127.0.0.0/8 every address is this machine's, and no interface has but one. */
  private static boolean isLoopback(String address) {
    return address.endsWith("7F");
  }

  /** The inodes of this process's sockets. */
  private static Set<String> sockets() throws IOException {
    var inodes = new HashSet<String>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (var descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (IOException e) {
          // Closed meanwhile.
        }
      }
    }
    return inodes;
  }

  /** As the table has them: words of four bytes in the machine's order. */
  private static Set<String> localAddresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .flatMap(address -> inTable(address.getAddress()))
        .collect(Collectors.toSet());
  }

  /** An IPv4 address also as a socket of both families shows it. */
  static Stream<String> inTable(byte[] address) {
    var text = new StringBuilder();
    for (int word = 0; word < address.length; word += Integer.BYTES) {
      for (int i = Integer.BYTES - 1; i >= 0; i--) {
        text.append("%02X".formatted(address[word + i]));
      }
    }
    return address.length == Integer.BYTES
        ? Stream.of(text.toString(), "0000000000000000FFFF0000" + text)
        : Stream.of(text.toString());
  }
}
