package dev.gitfs.git.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The user's git configuration, as git itself reads it: system, global and environment, with all
 * includes. It may hold secrets and has no text form.
 */
final class GitConfig {

  /** Reading a few files; what takes longer hangs on a dead network home. */
  private static final Duration READING = Duration.ofSeconds(10);

  /**
   * A setting.
   *
   * @param section lower case
   * @param subsection as written
   * @param name lower case
   * @param value empty for a name without {@code =}, which means true
   */
  private record Entry(
      String section, Optional<String> subsection, String name, Optional<String> value) {}

  private final List<Entry> entries;

  private GitConfig(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * Asks git, as it would be asked by a clone of {@code source}: for {@code
   * hasconfig:remote.*.url}.
   *
   * @throws RemoteException if git refuses its configuration, in git's words; never is one that
   *     cannot be read taken for an empty one, since it may hold what protects
   */
  static GitConfig read(GitProgram git, String source)
      throws RemoteException, InterruptedException {
    var command = git.outside("config", "--list", "-z");
    // Not on the command line, which everybody on the machine can read.
    String count = command.environment().getOrDefault("GIT_CONFIG_COUNT", "");
    if (count.isEmpty() || count.matches("[0-9]{1,6}")) {
      int number = count.isEmpty() ? 0 : Integer.parseInt(count);
      command.environment().put("GIT_CONFIG_COUNT", Integer.toString(number + 1));
      command.environment().put("GIT_CONFIG_KEY_" + number, "remote.origin.url");
      command.environment().put("GIT_CONFIG_VALUE_" + number, source);
    }
    try {
      return parse(GitProgram.run(command, "", READING));
    } catch (GitProgram.FailedException e) {
      throw refused(
          "git refuses its configuration: " + e.words().replaceAll("\\s*\\R\\s*", "; "), e);
    } catch (IOException e) {
      throw refused("git's configuration cannot be read: " + e.getMessage(), e);
    }
  }

  /** Parses what {@code git config --list -z} prints. */
  static GitConfig parse(String listing) {
    var entries = new ArrayList<Entry>();
    for (String item : listing.split("\0")) {
      int newline = item.indexOf('\n');
      String key = newline < 0 ? item : item.substring(0, newline);
      int first = key.indexOf('.');
      int last = key.lastIndexOf('.');
      if (first > 0) {
        entries.add(
            new Entry(
                key.substring(0, first).toLowerCase(Locale.ROOT),
                first < last ? Optional.of(key.substring(first + 1, last)) : Optional.empty(),
                key.substring(last + 1).toLowerCase(Locale.ROOT),
                newline < 0 ? Optional.empty() : Optional.of(item.substring(newline + 1))));
      }
    }
    return new GitConfig(List.copyOf(entries));
  }

  /** The last value of {@code section.name}. */
  Optional<String> value(String section, String name) {
    return value(section, Optional.empty(), name);
  }

  /** The last value of {@code section.subsection.name}. */
  Optional<String> value(String section, Optional<String> subsection, String name) {
    return values(section, subsection, name).reduce((earlier, later) -> later);
  }

  /** All values of {@code section.subsection.name}, in their order. */
  Stream<String> values(String section, Optional<String> subsection, String name) {
    return entries.stream()
        .filter(entry -> entry.section.equals(section) && entry.subsection.equals(subsection))
        .filter(entry -> entry.name.equals(name))
        .map(GitConfig::valueOf);
  }

  /** {@code url} as {@code url.<base>.insteadOf} has it: the longest match is replaced. */
  String rewritten(String url) {
    String base = "";
    int longest = -1;
    for (var entry : entries) {
      if (entry.section.equals("url")
          && entry.name.equals("insteadof")
          && entry.subsection.isPresent()) {
        String prefix = valueOf(entry);
        if (url.startsWith(prefix) && prefix.length() > longest) {
          base = entry.subsection.get();
          longest = prefix.length();
        }
      }
    }
    return longest < 0 ? url : base + url.substring(longest);
  }

  /**
   * All values of {@code section.name} and {@code section.<url>.name} that apply to {@code url}, in
   * their order, by git's rule: one that matches less precisely than any before it does not count.
   *
   * @param scoped whether only those with a URL count
   */
  List<String> urlValues(String section, UrlPattern.Target url, String name, boolean scoped) {
    var values = new ArrayList<String>();
    var best = UrlPattern.Match.ANY;
    for (var entry : entries) {
      if (!entry.section.equals(section) || !entry.name.equals(name)) {
        continue;
      }
      Optional<UrlPattern.Match> match =
          entry.subsection.isPresent()
              ? UrlPattern.match(entry.subsection.get(), url)
              : Optional.of(UrlPattern.Match.ANY).filter(any -> !scoped);
      if (match.isPresent() && match.get().compareTo(best) >= 0) {
        best = match.get();
        values.add(valueOf(entry));
      }
    }
    return values;
  }

  /** The value of {@code section.name} that applies to {@code url}. */
  Optional<String> urlValue(String section, UrlPattern.Target url, String name) {
    var values = urlValues(section, url, name, false);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  /** Whether git takes {@code value}, which is {@link #isBoolean}, for true. */
  static boolean isTrue(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "", "false", "no", "off" -> false;
      case "true", "yes", "on" -> true;
      default -> !value.matches("[+-]?0+[kKmMgG]?");
    };
  }

  /** Whether git takes {@code value} for a boolean: a word for one, nothing, or a number. */
  static boolean isBoolean(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "", "false", "no", "off", "true", "yes", "on" -> true;
      default -> isNumber(value);
    };
  }

  /** Whether git takes {@code value} for a number, one with a unit among them. */
  static boolean isNumber(String value) {
    return value.matches("\\s*[+-]?(0[xX][0-9a-fA-F]{1,7}|[0-9]{1,9})[kKmMgG]?");
  }

  private static RemoteException refused(String why, IOException cause) {
    return new RemoteException(RemoteException.Kind.LOCAL, why, cause);
  }

  private static String valueOf(Entry entry) {
    return entry.value.orElse("true");
  }
}
