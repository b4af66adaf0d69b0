package dev.gitfs.git.remote;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code no_proxy} as curl does: names, suffixes, addresses, networks, or a star for all. */
final class NoProxy {

  private NoProxy() {}

  static boolean covers(String list, String host) {
    return Arrays.stream(list.split("[,\\s]+"))
        .map(entry -> entry.toLowerCase(Locale.ROOT))
        .anyMatch(entry -> entryCovers(entry, host));
  }

  private static boolean entryCovers(String entry, String host) {
    if (entry.isEmpty()) {
      return false;
    }
    if (entry.equals("*")) {
      return true;
    }
    var address = address(host);
    if (address.isPresent()) {
      return networkCovers(entry, address.get());
    }
    String name = entry.startsWith(".") ? entry.substring(1) : entry;
    return host.equals(name) || host.endsWith("." + name);
  }

  /** {@code address/bits}, or an address alone. */
  private static boolean networkCovers(String entry, byte[] address) {
    int slash = entry.indexOf('/');
    var network = address(slash < 0 ? entry : entry.substring(0, slash));
    if (network.isEmpty() || network.get().length != address.length) {
      return false;
    }
    int bits = address.length * Byte.SIZE;
    if (slash >= 0) {
      String prefix = entry.substring(slash + 1);
      if (!prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > bits) {
        return false;
      }
      bits = Integer.parseInt(prefix);
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> i % Byte.SIZE;
      if (((network.get()[i / Byte.SIZE] ^ address[i / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** An address written in digits; a name is never looked up. */
  private static Optional<byte[]> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text).getAddress());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
