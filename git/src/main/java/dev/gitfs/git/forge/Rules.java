package dev.gitfs.git.forge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Which repositories may be opened at all. A rule is a path of patterns, {@code forge/owner} or
 * {@code forge/owner/repository}, deeper for nested groups: it covers that path and all below it. A
 * {@code *} stands for any characters of one component. What a deny rule covers is refused; what
 * none covers is allowed if an allow rule covers it, or if there are no allow rules.
 *
 * <p>Case does not count, since to most forges it does not, and neither does {@code .git} at the
 * end. Rules are values; safe for use by many threads.
 */
public final class Rules {

  /** All may be opened. */
  public static final Rules NONE = new Rules(List.of(), List.of());

  /** A component of a rule: anything but what ends a component or is no character. */
  private static final Pattern COMPONENT = Pattern.compile("[^/\\x00-\\x20\\x7f@]+");

  private record Rule(String text, List<Pattern> components) {

    /** Whether it covers the repository {@code path}, or one above it. */
    boolean covers(List<String> path) {
      return components.size() <= path.size() && agrees(path);
    }

    /** Whether it covers something at or below the directory {@code path}. */
    boolean reaches(List<String> path) {
      return agrees(path);
    }

    private boolean agrees(List<String> path) {
      int common = Math.min(components.size(), path.size());
      for (int i = 0; i < common; i++) {
        if (!components.get(i).matcher(path.get(i)).matches()) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Rule> allow;
  private final List<Rule> deny;

  private Rules(List<Rule> allow, List<Rule> deny) {
    this.allow = List.copyOf(allow);
    this.deny = List.copyOf(deny);
  }

  /**
   * @throws IllegalArgumentException with a message for people, for what is no rule
   */
  public static Rules of(List<String> allow, List<String> deny) {
    return new Rules(
        allow.stream().map(Rules::rule).toList(), deny.stream().map(Rules::rule).toList());
  }

  /**
   * These, and further allow rules.
   *
   * @throws IllegalArgumentException as {@link #of}
   */
  public Rules allowing(List<String> more) {
    var all = new ArrayList<>(allow);
    more.stream().map(Rules::rule).forEach(all::add);
    return new Rules(all, deny);
  }

  /** Whether the repository {@code owner/…/repository} of {@code forge} may be opened. */
  public boolean permits(String forge, String path) {
    List<String> components = components(forge, path);
    return deny.stream().noneMatch(rule -> rule.covers(components))
        && (allow.isEmpty() || allow.stream().anyMatch(rule -> rule.covers(components)));
  }

  /**
   * Whether there may be something at or below the owner or group {@code path} of {@code forge}
   * (empty for the forge itself) that may be opened: whether it is to be shown and entered.
   */
  public boolean leadsTo(String forge, String path) {
    List<String> components = components(forge, path);
    return deny.stream().noneMatch(rule -> rule.covers(components))
        && (allow.isEmpty() || allow.stream().anyMatch(rule -> rule.reaches(components)));
  }

  /**
   * Whether what a redirect leads to, the repository at {@code url}, may be opened: what one of
   * {@code forges} has, as by its name; of other places no rule says anything, so without rules.
   */
  boolean permitsPlace(String url, List<Forge> forges) {
    return Spelling.parse(url, forges)
        .map(Spelling::repository)
        .map(led -> permits(led.forge().name(), led.path()))
        .orElse(allow.isEmpty() && deny.isEmpty());
  }

  /** The allow rules as they were written. */
  public List<String> allowed() {
    return allow.stream().map(Rule::text).toList();
  }

  /** The deny rules as they were written. */
  public List<String> denied() {
    return deny.stream().map(Rule::text).toList();
  }

  private static List<String> components(String forge, String path) {
    String whole = (path.isEmpty() ? forge : forge + "/" + path).toLowerCase(Locale.ROOT);
    return List.of(withoutSuffix(whole).split("/"));
  }

  private static String withoutSuffix(String path) {
    return path.endsWith(".git") ? path.substring(0, path.length() - 4) : path;
  }

  private static Rule rule(String text) {
    var components = new ArrayList<Pattern>();
    for (String component : withoutSuffix(text.toLowerCase(Locale.ROOT)).split("/", -1)) {
      if (!COMPONENT.matcher(component).matches()) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is no rule; write it like github/torvalds, github/torvalds/linux or"
                + " gitlab/*/docs");
      }
      components.add(pattern(component));
    }
    return new Rule(text, List.copyOf(components));
  }

  private static Pattern pattern(String component) {
    var regex = new StringBuilder();
    for (String part : component.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  @Override
  public String toString() {
    return "allow " + allowed() + ", deny " + denied();
  }
}
