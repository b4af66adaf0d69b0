package dev.gitfs.git.forge;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.gitfs.git.store.SizeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Reads a listing of files as it comes, without holding it: of a large repository it is megabytes.
 * All forges agree that a file is an object with {@code sha} and {@code size}, however deep inside
 * the others.
 */
final class FileList {

  /** No forge nests deeper than its directories, nor these deeper than Linux allows paths. */
  private static final int DEEPEST = 4096;

  /** What can be the size of a file. */
  static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");

  /** A subtree, by its path from where the listing begins. */
  record Subtree(String path, String id) {}

  /**
   * What a page says besides its files.
   *
   * @param entries how many it has, directories included
   * @param truncated whether the forge left some out
   * @param lastPath of the last one
   */
  record Summary(
      int entries,
      boolean truncated,
      Optional<String> cursor,
      Optional<String> lastPath,
      List<Subtree> subtrees) {}

  private final JsonReader json;
  private final SizeSource.Sink sink;
  private final List<Subtree> subtrees = new ArrayList<>();
  private int entries;
  private Optional<String> lastPath = Optional.empty();
  private Map<String, String> top = Map.of();

  private FileList(JsonReader json, SizeSource.Sink sink) {
    this.json = json;
    this.sink = sink;
  }

  static Summary read(JsonReader json, SizeSource.Sink sink) throws IOException {
    var list = new FileList(json, sink);
    list.object(0);
    return new Summary(
        list.entries,
        Boolean.parseBoolean(list.top.get("truncated")),
        Optional.ofNullable(list.top.get("next_cursor"))
            .filter(cursor -> Boolean.parseBoolean(list.top.get("has_more"))),
        list.lastPath,
        List.copyOf(list.subtrees));
  }

  private void object(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("a listing nested " + depth + " times");
    }
    var plain = new HashMap<String, String>();
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      switch (json.peek()) {
        case BEGIN_OBJECT -> object(depth + 1);
        case BEGIN_ARRAY -> array(depth + 1);
        case NULL -> json.nextNull();
        case BOOLEAN -> plain.put(name, Boolean.toString(json.nextBoolean()));
        default -> plain.put(name, json.nextString());
      }
    }
    json.endObject();
    if (depth == 0) {
      top = plain;
    } else {
      entry(plain);
    }
  }

  private void array(int depth) throws IOException {
    json.beginArray();
    while (json.peek() != JsonToken.END_ARRAY) {
      if (json.peek() == JsonToken.BEGIN_OBJECT) {
        object(depth);
      } else {
        json.skipValue();
      }
    }
    json.endArray();
  }

  private void entry(Map<String, String> entry) {
    String id = entry.getOrDefault("sha", "");
    if (!ObjectId.isId(id)) {
      return;
    }
    entries++;
    lastPath = Optional.ofNullable(entry.get("path"));
    switch (entry.getOrDefault("type", entry.getOrDefault("entry_type", ""))) {
      case "blob", "file", "symlink" -> {
        String size = entry.getOrDefault("size", "");
        if (SIZE.matcher(size).matches()) {
          sink.size(ObjectId.fromString(id), Long.parseLong(size));
        }
      }
      case "tree", "dir" -> subtrees.add(new Subtree(entry.getOrDefault("path", ""), id));
      default -> {
        // A submodule has an id, and nothing here that has a size.
      }
    }
  }
}
