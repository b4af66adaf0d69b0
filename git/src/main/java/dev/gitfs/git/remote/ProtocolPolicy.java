package dev.gitfs.git.remote;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which ways to a server the user allows: {@code GIT_ALLOW_PROTOCOL}, {@code protocol.<name>.allow}
 * and {@code protocol.allow}, as git's {@code transport.c} (2.39) reads them.
 */
final class ProtocolPolicy {

  private final GitConfig config;
  private final Map<String, String> environment;

  ProtocolPolicy(GitConfig config, Map<String, String> environment) {
    this.config = config;
    this.environment = environment;
  }

  /**
   * Refuses a way that is not allowed.
   *
   * @param named whether the user named it, or a server did that redirects
   */
  void check(String protocol, boolean named) throws RemoteException {
    if (!allows(protocol, named)) {
      throw new RemoteException(
          RemoteException.Kind.UNSUPPORTED,
          "transport '"
              + protocol
              + "' not allowed: see protocol.allow in git help config, and GIT_ALLOW_PROTOCOL");
    }
  }

  private boolean allows(String protocol, boolean named) throws RemoteException {
    String list = environment.get("GIT_ALLOW_PROTOCOL");
    if (list != null) {
      return Arrays.asList(list.split(":")).contains(protocol);
    }
    var own = config.value("protocol", Optional.of(protocol), "allow");
    String key = own.isPresent() ? "protocol." + protocol + ".allow" : "protocol.allow";
    String policy =
        own.or(() -> config.value("protocol", "allow")).orElseGet(() -> usual(protocol));
    return switch (policy.toLowerCase(Locale.ROOT)) {
      case "always" -> true;
      case "never" -> false;
      case "user" ->
          named
              && Optional.ofNullable(environment.get("GIT_PROTOCOL_FROM_USER"))
                  .map(GitConfig::isTrue)
                  .orElse(true);
      default ->
          throw new RemoteException(
              RemoteException.Kind.LOCAL,
              "git refuses its configuration: unknown value for config '" + key + "': " + policy);
    };
  }

  private static String usual(String protocol) {
    return switch (protocol) {
      case "http", "https", "git", "ssh" -> "always";
      default -> "user";
    };
  }
}
