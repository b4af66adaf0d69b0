package dev.gitfs.mount.namespace;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where below a directory processes are: what they stand in, run from, have open or mapped. Of
 * other users' processes only root sees that.
 *
 * @param places absolute paths
 */
record Visitors(Set<String> places) {

  private static final Path PROCESSES = Path.of("/proc");

  /** Looks at all processes; takes some milliseconds for a few hundred. */
  static Visitors below(Path directory) {
    var places = new HashSet<String>();
    String prefix = directory + "/";
    for (var process : processes()) {
      for (var link : new String[] {"cwd", "root", "exe"}) {
        add(process.resolve(link), prefix, places);
      }
      addOpen(process.resolve("fd"), prefix, places);
      addMapped(process.resolve("maps"), prefix, places);
    }
    return new Visitors(Set.copyOf(places));
  }

  /** Looks only at what processes stand in, which takes a tenth of that. */
  static Visitors standingBelow(Path directory) {
    var places = new HashSet<String>();
    for (var process : processes()) {
      add(process.resolve("cwd"), directory + "/", places);
    }
    return new Visitors(Set.copyOf(places));
  }

  private static List<Path> processes() {
    try (var processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      var all = new ArrayList<Path>();
      processes.forEach(all::add);
      return all;
    } catch (IOException | DirectoryIteratorException e) {
      // Without /proc nobody is seen; whom that concerns gets his directory back all the same.
      return List.of();
    }
  }

  /** Whether somebody is in a directory, or somewhere below it. */
  boolean areIn(Path directory) {
    String below = directory + "/";
    return places.stream()
        .anyMatch(place -> place.startsWith(below) || place.equals(directory.toString()));
  }

  private static void add(Path link, String prefix, Set<String> places) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      if (target.startsWith(prefix)) {
        places.add(target);
      }
    } catch (IOException e) {
      // It has ended, or is somebody else's.
    }
  }

  private static void addOpen(Path descriptors, String prefix, Set<String> places) {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (var link : links) {
        add(link, prefix, places);
      }
    } catch (IOException e) {
      // As above.
    }
  }

  private static void addMapped(Path maps, String prefix, Set<String> places) {
    try (var lines = Files.lines(maps, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      lines.forEach(line -> {
        int path = line.indexOf(prefix);
        if (path >= 0) {
          places.add(line.substring(path));
        }
      });
    } catch (IOException | java.io.UncheckedIOException e) {
      // As above.
    }
  }
}
