package dev.gitfs.cli.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of a TOML file. Remembers which of its keys were asked for: what is left over at the end
 * is unknown.
 */
final class TomlSection {

  private final Path file;
  private final String name;
  private final TomlTable table;
  private final Set<String> known = new LinkedHashSet<>();

  private TomlSection(Path file, String name, TomlTable table) {
    this.file = file;
    this.name = name;
    this.table = table;
  }

  /** The whole of a file. */
  static TomlSection parse(Path file, String text) throws SettingsException {
    var result = parse(text, file);
    if (result.hasErrors()) {
      var first = result.errors().getFirst();
      throw new SettingsException(
          at(file, first.position()) + first.getMessage() + "; it is to be TOML", first);
    }
    return new TomlSection(file, "", result);
  }

  /** The parser goes down a level for each bracket, and has no bound of its own. */
  private static TomlParseResult parse(String text, Path file) throws SettingsException {
    try {
      return Toml.parse(text);
    } catch (StackOverflowError e) {
      throw new SettingsException(file + " has too many brackets within brackets", e);
    }
  }

  Optional<String> text(String key) throws SettingsException {
    return value(key, String.class, "a text in quotes");
  }

  /** A text of which {@code parser} makes something, or says why not. */
  <T> Optional<T> text(String key, Function<String, T> parser) throws SettingsException {
    Optional<String> text = text(key);
    try {
      return text.map(parser);
    } catch (IllegalArgumentException e) {
      throw wrong(key, e.getMessage());
    }
  }

  List<String> texts(String key) throws SettingsException {
    Optional<TomlArray> array = value(key, TomlArray.class, "a list of texts in brackets");
    var texts = new ArrayList<String>();
    for (int i = 0; array.isPresent() && i < array.get().size(); i++) {
      if (!(array.get().get(i) instanceof String text)) {
        throw new SettingsException(
            at(file, array.get().inputPositionOf(i))
                + "each of '"
                + key
                + "' is to be a text in quotes",
            null);
      }
      texts.add(text);
    }
    return List.copyOf(texts);
  }

  /** The table {@code key} in this one; an empty one if there is none. */
  TomlSection section(String key) throws SettingsException {
    Optional<TomlTable> below = value(key, TomlTable.class, "a table: [" + within(key) + "]");
    return new TomlSection(file, within(key), below.orElseGet(() -> Toml.parse("")));
  }

  /** All keys, each of which is thereby known. */
  List<String> keys() {
    known.addAll(table.keySet());
    return List.copyOf(table.keySet());
  }

  boolean has(String key) {
    return table.contains(List.of(key));
  }

  /** Refuses keys that nobody has asked for. */
  void refuseOthers() throws SettingsException {
    for (String key : table.keySet()) {
      if (!known.contains(key)) {
        throw wrong(
            key,
            "unknown key '"
                + key
                + "'"
                + (name.isEmpty() ? "" : " in [" + name + "]")
                + "; known are "
                + String.join(", ", known));
      }
    }
  }

  /** Something is the matter with the value of {@code key}. */
  SettingsException wrong(String key, String why) {
    return new SettingsException(at(file, table.inputPositionOf(List.of(key))) + why, null);
  }

  /** Where {@code key} stands, for a note. */
  String at(String key) {
    return at(file, table.inputPositionOf(List.of(key)));
  }

  private <T> Optional<T> value(String key, Class<T> type, String what) throws SettingsException {
    known.add(key);
    Object value = table.get(List.of(key));
    if (value == null) {
      return Optional.empty();
    }
    if (!type.isInstance(value)) {
      throw wrong(key, "'" + key + "' is to be " + what);
    }
    return Optional.of(type.cast(value));
  }

  private String within(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  private static String at(Path file, TomlPosition position) {
    return position == null
        ? file + ": "
        : file + ":" + position.line() + ":" + position.column() + ": ";
  }
}
