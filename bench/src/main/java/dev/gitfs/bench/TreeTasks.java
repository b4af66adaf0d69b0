package dev.gitfs.bench;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How each task is done in one tree, with files chosen from it: the same ones every time. */
final class TreeTasks {
  static final int SCATTERED_FILES = 40;

  /** A directory that is large, but not unusually so. */
  private static final int FILES_IN_DIRECTORY = 112;

  private static final String NOWHERE = "no such word in any file";

  private final List<TreeFile> files;
  private final List<TreeFile> scattered;
  private final List<TreeFile> directory;

  TreeTasks(List<TreeFile> files) {
    this.files = files;
    scattered = scattered(files);
    directory = directory(files);
  }

  /** What the task is in this tree; empty if it cannot be done there. */
  Optional<Task> task(TaskName name) {
    return Optional.ofNullable(
        switch (name) {
          case READY -> Task.LIST_ROOT;
          case FILE -> Task.read(MountBenchmark.deepFile(files));
          case SCATTERED -> Task.read(name.title(), scattered);
          case DIRECTORY ->
              new Task(
                  name.title(),
                  "cd %s && cat * >/dev/null".formatted(Task.quoted(parent(directory.getFirst()))));
          case FIND -> Task.FIND;
          case LIST -> Task.LIST_ALL;
          case GREP -> Task.GREP;
          case RG ->
              new Task(
                  name.title(), "! rg --no-config --no-ignore '%s' . | grep .".formatted(NOWHERE));
          // To /dev/null itself tar would read nothing.
          case TAR -> new Task(name.title(), "bash -o pipefail -c 'tar -cf - . | cat >/dev/null'");
          case MAKE ->
              isLinux()
                  ? new Task(
                      name.title(), "make -s O=\"$%s\" defconfig >&2".formatted(Task.SCRATCH))
                  : null;
        });
  }

  /** Sees that the programs it takes are there. */
  static void needPrograms(TaskName name) {
    switch (name) {
      case RG -> DebianPackages.need(Path.of("/usr/bin/rg"), "ripgrep");
      case MAKE -> {
        for (var program : List.of("make", "gcc", "flex", "bison")) {
          DebianPackages.need(Path.of("/usr/bin", program), program);
        }
        DebianPackages.need(Path.of("/usr/include/stdio.h"), "libc6-dev");
      }
      default -> {}
    }
  }

  /** In MiB, all the scattered files together. */
  double scatteredMebibytes() {
    return scattered.stream().mapToLong(TreeFile::size).sum() / Unit.BYTES_PER_MEBIBYTE;
  }

  int filesInDirectory() {
    return directory.size();
  }

  private boolean isLinux() {
    var paths = files.stream().map(TreeFile::path).collect(Collectors.toSet());
    return paths.containsAll(Set.of("Kconfig", "Kbuild", "scripts/kconfig/Makefile"));
  }

  /** Ordinary files at equal distances in git's order. */
  private static List<TreeFile> scattered(List<TreeFile> files) {
    var ordinary = files.stream().filter(MountBenchmark::isOrdinary).toList();
    var from = ordinary.isEmpty() ? files : ordinary;
    var number = Math.min(SCATTERED_FILES, from.size());
    return java.util.stream.IntStream.range(0, number)
        .mapToObj(i -> from.get((int) ((2L * i + 1) * from.size() / (2 * number))))
        .toList();
  }

  /** The files of a directory without subdirectories that has about {@link #FILES_IN_DIRECTORY}. */
  private static List<TreeFile> directory(List<TreeFile> files) {
    var byDirectory =
        files.stream()
            .collect(
                Collectors.groupingBy(TreeTasks::parent, LinkedHashMap::new, Collectors.toList()));
    var withSubdirectories =
        byDirectory.keySet().stream()
            .flatMap(path -> ancestors(path).stream())
            .collect(Collectors.toSet());
    return byDirectory.entrySet().stream()
        .filter(entry -> !withSubdirectories.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .min(Comparator.comparingInt(inside -> Math.abs(inside.size() - FILES_IN_DIRECTORY)))
        .orElseThrow();
  }

  private static Set<String> ancestors(String directory) {
    var ancestors = new java.util.HashSet<String>();
    for (var path = directory; !path.equals("."); ) {
      path = parentOf(path);
      ancestors.add(path);
    }
    return ancestors;
  }

  private static String parent(TreeFile file) {
    return parentOf(file.path());
  }

  private static String parentOf(String path) {
    var slash = path.lastIndexOf('/');
    return slash < 0 ? "." : path.substring(0, slash);
  }
}
