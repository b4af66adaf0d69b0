package dev.gitfs.mount.prefetch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;

/**
 * What the threads of a program did to a tree, each in its own order.
 *
 * <p>Recorded with strace from the real program on a mount of {@link RecordedTree#recorded}: which
 * directories it listed, which paths it looked at or opened, which files it read, each once. A line
 * of a recording is the thread's number, L, A or R, and the number of what it is about less that of
 * the thread's line before.
 */
record Trace(List<List<Step>> threads) {

  enum What {
    LIST,
    LOOK,
    READ,
    FOLLOW
  }

  record Step(What what, String path) {}

  /** The recording of that name. */
  static Trace recorded(String name, RecordedTree tree) throws IOException {
    var threads = new TreeMap<String, List<Step>>();
    var last = new HashMap<String, Integer>();
    for (var line : Recording.lines(name + ".trace")) {
      var fields = line.split(" ");
      var what =
          switch (fields[1]) {
            case "L" -> What.LIST;
            case "A" -> What.LOOK;
            case "R" -> What.READ;
            default -> throw new IOException(line);
          };
      int number = last.merge(fields[0], Integer.valueOf(fields[2]), Integer::sum);
      threads
          .computeIfAbsent(fields[0], _ -> new ArrayList<>())
          .add(new Step(what, tree.path(number)));
    }
    return new Trace(List.copyOf(threads.values()));
  }

  /** One thread that lists ("dir/"), looks at ("?file") or opens and reads ("file"), in turn. */
  static Trace of(String... steps) {
    var all = new ArrayList<Step>();
    for (var step : steps) {
      if (step.endsWith("/")) {
        all.add(new Step(What.LIST, step.substring(0, step.length() - 1)));
      } else if (step.startsWith("?")) {
        all.add(new Step(What.LOOK, step.substring(1)));
      } else {
        all.add(new Step(What.LOOK, step));
        all.add(new Step(What.READ, step));
      }
    }
    return new Trace(List.of(all));
  }
}
