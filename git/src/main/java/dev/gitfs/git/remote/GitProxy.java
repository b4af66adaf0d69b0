package dev.gitfs.git.remote;

import java.io.IOException;
import java.util.Optional;

/**
 * The command that reaches {@code git://} servers in the place of a socket: {@code
 * GIT_PROXY_COMMAND}, or the first {@code core.gitProxy} that is for the host.
 */
final class GitProxy {

  private GitProxy() {}

  static Optional<Duplex.Connector> connector(
      RemoteUrl.Git url, GitConfig config, RemoteOptions options) {
    return Optional.ofNullable(options.environment().get("GIT_PROXY_COMMAND"))
        .or(() ->
            config
                .values("core", Optional.empty(), "gitproxy")
                .flatMap(value -> command(value, url.host()).stream())
                .findFirst())
        .filter(command -> !command.isEmpty() && !command.equals("none"))
        .map(command -> () -> connect(command, url, options));
  }

  /** {@code COMMAND}, or {@code COMMAND for DOMAIN}, which is for that host and all below it. */
  static Optional<String> command(String value, String host) {
    int at = value.indexOf(" for ");
    if (at < 0) {
      return Optional.of(value);
    }
    String domain = value.substring(at + " for ".length());
    return host.equals(domain) || host.endsWith("." + domain)
        ? Optional.of(value.substring(0, at))
        : Optional.empty();
  }

  private static Duplex connect(String command, RemoteUrl.Git url, RemoteOptions options)
      throws IOException {
    var builder = new ProcessBuilder(command, url.host(), Integer.toString(url.port()));
    builder.environment().clear();
    builder.environment().putAll(options.environment());
    var duplex = ProcessDuplex.start(builder);
    duplex.out().write(SocketDuplex.hello(url));
    duplex.out().flush();
    return duplex;
  }
}
