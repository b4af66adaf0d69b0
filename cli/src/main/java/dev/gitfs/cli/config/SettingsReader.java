package dev.gitfs.cli.config;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.Rules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes settings of a configuration file's text: what each key means, and what it may hold. */
final class SettingsReader {

  private final Path file;
  private final Settings usual;
  private final Path home;
  private final Map<String, String> environment;
  private final List<String> notes = new ArrayList<>();

  private SettingsReader(Path file, Settings usual, Path home, Map<String, String> environment) {
    this.file = file;
    this.usual = usual;
    this.home = home;
    this.environment = environment;
  }

  static Settings read(
      Path file, String text, Settings usual, Path home, Map<String, String> environment)
      throws SettingsException {
    return new SettingsReader(file, usual, home, environment).read(TomlSection.parse(file, text));
  }

  private Settings read(TomlSection root) throws SettingsException {
    Optional<Path> mountPoint = root.text("mount-point", this::path);
    Optional<Duration> poll = root.text("poll", text -> atLeast(Defaults.LEAST_POLL, text));
    Optional<Duration> idle = root.text("idle", text -> atLeast(Defaults.LEAST_IDLE, text));
    Optional<Path> cacheDirectory = root.text("cache-dir", this::path);
    Optional<ByteSize> cacheSize = root.text("cache-size", ByteSize::parse);
    Optional<ByteSize> memory = root.text("memory", SettingsReader::memory);
    var prefetch = root.text("prefetch", ModeNames::parse);
    var rules = rules(root.section("allow"));
    var forges = forges(root.section("forge"));
    root.refuseOthers();
    return new Settings(
        Optional.of(file),
        mountPoint.orElse(usual.mountPoint()),
        forges,
        rules,
        poll.orElse(usual.poll()),
        idle.orElse(usual.idle()),
        cacheDirectory.orElse(usual.cacheDirectory()),
        memory.orElse(usual.memory()),
        cacheSize.orElse(usual.cacheSize()),
        prefetch.orElse(usual.prefetch()),
        notes);
  }

  private static Rules rules(TomlSection section) throws SettingsException {
    List<String> allow = section.texts("allow");
    List<String> deny = section.texts("deny");
    section.refuseOthers();
    for (String key : List.of("allow", "deny")) {
      try {
        Rules.of(key.equals("allow") ? allow : deny, List.of());
      } catch (IllegalArgumentException e) {
        throw section.wrong(key, e.getMessage());
      }
    }
    return Rules.of(allow, deny);
  }

  private List<Forge> forges(TomlSection section) throws SettingsException {
    var forges = new LinkedHashMap<String, Forge>();
    usual.forges().forEach(forge -> forges.put(forge.name(), forge));
    for (String name : section.keys()) {
      if (!Forge.NAME.matcher(name).matches()) {
        throw section.wrong(
            name,
            "'" + name + "' cannot name a forge; allowed are letters, digits, dots and dashes");
      }
      var reader =
          new ForgeReader(
              name, Optional.ofNullable(forges.get(name)), file, home, environment, notes);
      forges.put(name, reader.read(section.section(name)));
    }
    return List.copyOf(forges.values());
  }

  private Path path(String text) {
    return path(text, home);
  }

  /**
   * @throws IllegalArgumentException for a path that depends on where one is
   */
  static Path path(String text, Path home) {
    Path path =
        text.equals("~") || text.startsWith("~/")
            ? home.resolve(text.substring(Math.min(2, text.length())))
            : Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no absolute path; begin it with / or ~/");
    }
    return path.normalize();
  }

  private static Duration atLeast(Duration least, String text) {
    Duration duration = TimeSpan.parse(text);
    if (duration.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is too short; at least " + TimeSpan.text(least));
    }
    return duration;
  }

  private static ByteSize memory(String text) {
    var memory = ByteSize.parse(text);
    if (memory.bytes() < Defaults.LEAST_MEMORY.bytes()) {
      throw new IllegalArgumentException(
          "'" + text + "' is too little; at least " + Defaults.LEAST_MEMORY);
    }
    return memory;
  }
}
