package dev.gitfs.git.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's git configuration, as git itself reads it: system, global and environment, with all
 * includes. It may hold secrets and has no text form.
 */
final class GitConfig {

  private static final Logger log = LoggerFactory.getLogger(GitConfig.class);

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

  /** Asks git. Without a git to ask, there is no configuration. */
  static GitConfig read(GitProgram git) throws InterruptedException {
    try {
      return parse(GitProgram.run(git.outside("config", "--list", "-z"), "", READING));
    } catch (IOException e) {
      log.debug("no git configuration is read: {}", e.getMessage());
      return new GitConfig(List.of());
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
    return entries.stream()
        .filter(entry -> entry.section.equals(section) && entry.subsection.isEmpty())
        .filter(entry -> entry.name.equals(name))
        .map(GitConfig::valueOf)
        .reduce((earlier, later) -> later);
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
   * All values of {@code http.name} and {@code http.<url>.name} that apply to {@code url}, in their
   * order, by git's rule: one that matches less precisely than any before it does not count.
   *
   * @param scoped whether only those with a URL count
   */
  List<String> httpValues(UrlPattern.Target url, String name, boolean scoped) {
    var values = new ArrayList<String>();
    var best = UrlPattern.Match.ANY;
    for (var entry : entries) {
      if (!entry.section.equals("http") || !entry.name.equals(name)) {
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

  /** The value of {@code http.name} that applies to {@code url}. */
  Optional<String> httpValue(UrlPattern.Target url, String name) {
    var values = httpValues(url, name, false);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  /** Whether git takes {@code value} for true. */
  static boolean isTrue(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "", "false", "no", "off", "0" -> false;
      default -> true;
    };
  }

  private static String valueOf(Entry entry) {
    return entry.value.orElse("true");
  }
}
