package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The user's own ssh, with its configuration and agent, started as git would start it ({@code
 * GIT_SSH_COMMAND}, {@code core.sshCommand}, {@code GIT_SSH}), but so that it asks nobody anything.
 */
final class SshCommand {

  /** Which options a program takes. */
  private enum Variant {
    OPENSSH,
    PLINK,
    TORTOISE,
    /** None but the host: a wrapper script. */
    SIMPLE
  }

  /** As long as {@code ssh -G}, which reads configuration files only, may take. */
  private static final Duration PROBE = Duration.ofSeconds(5);

  private final RemoteUrl.Ssh url;
  private final Map<String, String> environment;
  private final Timeouts timeouts;

  /** A program, or a shell command if {@link #shell}. */
  private final String program;

  private final boolean shell;
  private final Optional<Variant> configuredVariant;

  private SshCommand(
      RemoteUrl.Ssh url,
      RemoteOptions options,
      String program,
      boolean shell,
      Optional<Variant> configuredVariant) {
    this.url = url;
    this.environment = options.environment();
    this.timeouts = options.timeouts();
    this.program = program;
    this.shell = shell;
    this.configuredVariant = configuredVariant;
  }

  static SshCommand of(RemoteUrl.Ssh url, GitConfig config, RemoteOptions options) {
    var environment = options.environment();
    var command =
        Optional.ofNullable(environment.get("GIT_SSH_COMMAND"))
            .or(() -> config.value("core", "sshcommand"));
    String program =
        command.or(() -> Optional.ofNullable(environment.get("GIT_SSH"))).orElse("ssh");
    var variant =
        Optional.ofNullable(environment.get("GIT_SSH_VARIANT"))
            .or(() -> config.value("ssh", "variant"))
            .flatMap(SshCommand::variant);
    return new SshCommand(url, options, program, command.isPresent(), variant);
  }

  Duplex connect() throws IOException, InterruptedException {
    return new AgentWatch(ProcessDuplex.start(process(arguments(variant()))), agent());
  }

  /** Where the agent listens that ssh asks for keys. */
  private Optional<Path> agent() {
    return Optional.ofNullable(environment.get("SSH_AUTH_SOCK"))
        .filter(path -> !path.isEmpty())
        .map(Path::of);
  }

  /** Says of an agent that is gone what ssh does not. */
  private record AgentWatch(Duplex ssh, Optional<Path> agent) implements Duplex {

    @Override
    public InputStream in() {
      return ssh.in();
    }

    @Override
    public OutputStream out() {
      return ssh.out();
    }

    @Override
    public String lastWords() {
      String words = ssh.lastWords();
      if (!words.contains("Permission denied (") || agent.filter(this::isSilent).isEmpty()) {
        return words;
      }
      return words
          + "\nthe ssh agent at "
          + agent.get()
          + " (SSH_AUTH_SOCK) does not answer; start one, and mount again with its address";
    }

    private boolean isSilent(Path socket) {
      try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        return false;
      } catch (IOException | IllegalArgumentException e) {
        return true;
      }
    }

    @Override
    public void close() {
      ssh.close();
    }
  }

  private List<String> arguments(Variant variant) throws TryFailedException {
    var arguments = new ArrayList<String>();
    switch (variant) {
      case OPENSSH -> {
        arguments.addAll(List.of("-o", "SendEnv=GIT_PROTOCOL", "-o", "BatchMode=yes"));
        arguments.addAll(List.of("-o", "ConnectTimeout=" + timeouts.connect().toSeconds()));
        url.port().ifPresent(port -> arguments.addAll(List.of("-p", port.toString())));
      }
      case PLINK, TORTOISE -> {
        arguments.add("-batch");
        url.port().ifPresent(port -> arguments.addAll(List.of("-P", port.toString())));
      }
      case SIMPLE -> {
        if (url.port().isPresent()) {
          throw TryFailedException.lasting(
              RemoteException.Kind.UNSUPPORTED,
              "the configured ssh command takes no port (ssh.variant is simple)");
        }
      }
    }
    arguments.add(url.destination());
    arguments.add("git-upload-pack " + quoted(url.path()));
    return arguments;
  }

  private ProcessBuilder process(List<String> arguments) {
    var command = new ArrayList<String>();
    if (shell) {
      command.addAll(List.of("sh", "-c", program + " \"$@\"", program));
    } else {
      command.add(program);
    }
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("GIT_PROTOCOL", "version=2");
    return builder;
  }

  private Variant variant() throws InterruptedException {
    if (configuredVariant.isPresent()) {
      return configuredVariant.get();
    }
    String first = shell ? program.strip().split("\\s+", 2)[0] : program;
    String name = first.substring(first.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return switch (name.replaceFirst("\\.exe$", "")) {
      case "ssh" -> Variant.OPENSSH;
      case "plink", "putty" -> Variant.PLINK;
      case "tortoiseplink" -> Variant.TORTOISE;
      default -> takesOpensshOptions() ? Variant.OPENSSH : Variant.SIMPLE;
    };
  }

  /** git's own test for a program of unknown name. */
  private boolean takesOpensshOptions() throws InterruptedException {
    try {
      GitProgram.run(process(List.of("-G", url.destination())), "", PROBE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<Variant> variant(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "ssh" -> Optional.of(Variant.OPENSSH);
      case "plink", "putty" -> Optional.of(Variant.PLINK);
      case "tortoiseplink" -> Optional.of(Variant.TORTOISE);
      case "simple" -> Optional.of(Variant.SIMPLE);
      case "auto" -> Optional.empty();
      // git's rule (connect.c, override_ssh_variant).
      default -> Optional.of(Variant.OPENSSH);
    };
  }

  /** For the remote shell, as git quotes it. */
  private static String quoted(String path) {
    return "'" + path.replace("'", "'\\''").replace("!", "'\\!'") + "'";
  }
}
