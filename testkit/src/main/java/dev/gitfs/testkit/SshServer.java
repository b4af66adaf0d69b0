package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An {@code sshd} of its own, with its own keys and configuration: the user who runs the test logs
 * in with a key made for the test. Clients need {@link #sshCommand}.
 */
public final class SshServer implements GitServer {

  /** Connects its standard streams with a {@code git://} server of the same repositories. */
  private static final String TO_DAEMON =
      """
      use IO::Socket::INET;
      my ($port, $root) = @ARGV;
      my ($path) = $ENV{SSH_ORIGINAL_COMMAND} =~ /^git-upload-pack '\\Q$root\\E(.*)'$/ or die "no upload-pack";
      my $daemon = IO::Socket::INET->new("127.0.0.1:$port") or die "no daemon";
      my $hello = "git-upload-pack $path\\0host=127.0.0.1\\0\\0$ENV{GIT_PROTOCOL}\\0";
      syswrite $daemon, sprintf("%04x", 4 + length $hello) . $hello;
      my $child = fork;
      my ($from, $to) = $child ? ($daemon, *STDOUT) : (*STDIN, $daemon);
      while (sysread $from, my $bytes, 65536) {
        for (my $done = 0; $done < length $bytes;) {
          $done += syswrite($to, $bytes, length($bytes) - $done, $done) // exit;
        }
      }
      shutdown $daemon, 1 unless $child;
      kill 'TERM', $child if $child;
      """;

  private final Path home;
  private final GitRepositories repositories;
  private final int port = ServerProcess.freePort();
  private final ServerProcess process;
  private final Runnable closeBehind;

  /** A server that lets clients choose protocol v2. */
  public SshServer(GitRepositories repositories) {
    this(repositories, true);
  }

  /**
   * @param protocolV2 whether {@code GIT_PROTOCOL} is accepted; without it git answers in v0, as
   *     many an old sshd does
   */
  public SshServer(GitRepositories repositories, boolean protocolV2) {
    this(repositories, protocolV2, List.of(), () -> {});
  }

  /** A server whose clients speak with JGit's upload-pack, as those of Gerrit do. */
  public static SshServer ofJGit(GitRepositories repositories) {
    var daemon = new JGitDaemonServer(repositories);
    try {
      var script = repositories.root().resolve("to-daemon.pl");
      Files.writeString(script, TO_DAEMON);
      String command = "perl %s %d %s".formatted(script, daemon.port(), repositories.root());
      return new SshServer(repositories, true, List.of("ForceCommand " + command), daemon::close);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SshServer(
      GitRepositories repositories,
      boolean protocolV2,
      List<String> directives,
      Runnable closeBehind) {
    this.repositories = repositories;
    this.closeBehind = closeBehind;
    try {
      home = Files.createTempDirectory("gitfs-sshd");
      // sshd run by root insists on this directory, which a container may lack.
      if (System.getProperty("user.name").equals("root")) {
        Files.createDirectories(Path.of("/run/sshd"));
      }
      key("host");
      key("user");
      Files.copy(home.resolve("user.pub"), home.resolve("authorized_keys"));
      Files.writeString(
          home.resolve("known_hosts"),
          "[127.0.0.1]:" + port + " " + Files.readString(home.resolve("host.pub")));
      Files.writeString(
          home.resolve("sshd_config"),
          """
          ListenAddress 127.0.0.1:%d
          HostKey %s/host
          AuthorizedKeysFile %s/authorized_keys
          PidFile none
          StrictModes no
          UsePAM no
          PasswordAuthentication no
          PermitRootLogin prohibit-password
          MaxStartups 100
          MaxSessions 100
          LogLevel VERBOSE
          SetEnv GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null PATH=%s
          %s
          %s
          """
              .formatted(
                  port,
                  home,
                  home,
                  System.getenv("PATH"),
                  protocolV2 ? "AcceptEnv GIT_PROTOCOL" : "",
                  String.join("\n", directives)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process =
        ServerProcess.start(
            home,
            home.resolve("sshd.log"),
            Git.environment(),
            List.of("/usr/sbin/sshd", "-D", "-e", "-f", home.resolve("sshd_config").toString()),
            port);
  }

  private void key(String name) {
    Processes.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name)
        .in(home)
        .run()
        .orFail();
  }

  /** {@code ssh://user@127.0.0.1:port/absolute/path}. */
  @Override
  public String url(String repository) {
    return "ssh://%s@127.0.0.1:%d%s"
        .formatted(System.getProperty("user.name"), port, repositories.root().resolve(repository));
  }

  @Override
  public int port() {
    return port;
  }

  /** What clients need in {@code GIT_SSH_COMMAND}: the key, the known host, nothing of the user. */
  public String sshCommand() {
    return "ssh -F /dev/null -i %s/user -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=%s/known_hosts"
        .formatted(home, home);
  }

  /** How many clients have logged in. */
  public int logins() {
    return (int)
        process.output().lines().filter(line -> line.contains("Accepted publickey")).count();
  }

  @Override
  public void close() {
    process.close();
    closeBehind.run();
    TemporaryFiles.delete(home);
  }
}
