package dev.gitfs.git.remote;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens remotes: the one place that knows every way to reach a git server. */
public final class Remotes {

  /** What GitHub allows as an owner and a repository. */
  private static final Pattern OWNER_AND_REPOSITORY =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+");

  private static final Logger log = LoggerFactory.getLogger(Remotes.class);

  private Remotes() {}

  /**
   * A remote for what a user typed: {@code https://}, {@code http://}, {@code ssh://}, {@code
   * user@host:path}, {@code git://}, {@code file://}, a local path, or {@code owner/repo}, which
   * means GitHub unless such a path exists. Reads the user's git configuration; talks to no server
   * yet.
   *
   * @throws RemoteException of kind {@link RemoteException.Kind#UNSUPPORTED} for what is no such
   *     thing, saying what is
   */
  public static Remote open(String source) throws RemoteException {
    return open(source, RemoteOptions.defaults());
  }

  /** The same, with another environment or another patience. */
  public static Remote open(String source, RemoteOptions options) throws RemoteException {
    var git = new GitProgram(options.environment());
    try {
      var config = GitConfig.read(git, source);
      var url = locate(source, config, Path.of(""));
      var given = isFor(source, url) ? options.credential() : Optional.<CredentialSource>empty();
      checkPassword(url, config);
      var traffic = new Traffic();
      var transport = transport(url, git, config, options, given, traffic);
      return new WireRemote(url.toString(), transport, options.retries(), traffic);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemoteException(
          RemoteException.Kind.LOCAL, "interrupted while git's configuration was read", e);
    }
  }

  private static Transport transport(
      RemoteUrl url,
      GitProgram git,
      GitConfig config,
      RemoteOptions options,
      Optional<CredentialSource> given,
      Traffic traffic)
      throws RemoteException {
    var timeouts = options.timeouts();
    new ProtocolPolicy(config, options.environment()).check(protocol(url), true);
    return switch (url) {
      case RemoteUrl.Http http -> HttpTransport.create(http, git, config, options, given, traffic);
      case RemoteUrl.Ssh ssh ->
          new StreamTransport(SshCommand.of(ssh, config, options)::connect, timeouts, traffic);
      case RemoteUrl.Git daemon ->
          new StreamTransport(
              GitProxy.connector(daemon, config, options)
                  .orElse(() -> SocketDuplex.connect(daemon, timeouts)),
              timeouts,
              traffic);
      case RemoteUrl.Local local ->
          new StreamTransport(new LocalUploadPack(local, git)::connect, timeouts, traffic);
    };
  }

  /** {@code transfer.credentialsInUrl} may forbid a password there, or warn of it. */
  private static void checkPassword(RemoteUrl url, GitConfig config) throws RemoteException {
    if (url instanceof RemoteUrl.Http http && http.password().isPresent()) {
      String said = url + ": the URL has a password in plain text (transfer.credentialsInUrl)";
      switch (config.value("transfer", "credentialsinurl").orElse("allow")) {
        case "die" -> throw new RemoteException(RemoteException.Kind.UNSUPPORTED, said);
        case "warn" -> log.warn("{}", said);
        default -> {}
      }
    }
  }

  /** As {@code protocol.<name>.allow} calls it. */
  private static String protocol(RemoteUrl url) {
    return switch (url) {
      case RemoteUrl.Http http -> http.base().getScheme();
      case RemoteUrl.Ssh _ -> "ssh";
      case RemoteUrl.Git _ -> "git";
      case RemoteUrl.Local _ -> "file";
    };
  }

  /** Whether what was given for {@code source} is for {@code located}, which names no user. */
  private static boolean isFor(String source, RemoteUrl located) throws RemoteException {
    return located instanceof RemoteUrl.Http(var base, var user, var _)
        && user.isEmpty()
        && RemoteUrl.parse(source, Path.of("")) instanceof RemoteUrl.Http named
        && named.base().resolve("/").equals(base.resolve("/"));
  }

  /** What {@code source} means, by what exists and by {@code url.*.insteadOf}. */
  static RemoteUrl locate(String source, GitConfig config, Path workingDirectory)
      throws RemoteException {
    if (source.isBlank()) {
      throw notASource("an empty name");
    }
    try {
      // As for git clone, what exists here is meant, however much it looks like something else.
      if (Files.exists(workingDirectory.resolve(source))) {
        return RemoteUrl.local(source, workingDirectory);
      }
      String url = config.rewritten(source);
      if (url.equals(source) && OWNER_AND_REPOSITORY.matcher(source).matches()) {
        url = config.rewritten("https://github.com/" + source);
      }
      var located = RemoteUrl.parse(url, workingDirectory);
      if (located instanceof RemoteUrl.Local(var directory) && !Files.exists(directory)) {
        throw url.startsWith("/") || url.startsWith(".") || url.startsWith("file:")
            ? new RemoteException(
                RemoteException.Kind.NOT_FOUND, directory + ": there is no such directory")
            : notASource(source);
      }
      return located;
    } catch (InvalidPathException e) {
      throw notASource("this name");
    }
  }

  private static RemoteException notASource(String source) {
    return new RemoteException(
        RemoteException.Kind.UNSUPPORTED,
        source
            + " is not a repository: give a URL (https://, ssh://, git://, file://),"
            + " user@host:path, an existing directory, or owner/repo for GitHub");
  }
}
