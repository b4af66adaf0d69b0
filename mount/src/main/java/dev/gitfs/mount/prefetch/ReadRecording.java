package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files were read since it began, to make a profile of. Costs a bit for each file of the
 * directories in which some were. Methods are thread-safe.
 */
final class ReadRecording {

  private static final Logger log = LoggerFactory.getLogger(ReadRecording.class);

  /** Each set is guarded by itself. */
  private final Map<Folder, BitSet> read = new ConcurrentHashMap<>();

  /** Entry {@code index} of {@code folder} is being read. */
  void add(Folder folder, int index) {
    var entries = read.computeIfAbsent(folder, _ -> new BitSet());
    synchronized (entries) {
      entries.set(index);
    }
  }

  /** What was read so far. */
  Profile profile(Outline outline) {
    var paths = new ArrayList<List<byte[]>>();
    read.forEach((folder, entries) -> {
      var directory = path(folder, outline);
      synchronized (entries) {
        entries.stream()
            .forEach(index -> {
              var path = new ArrayList<>(directory);
              if (addName(folder, index, path, outline)) {
                paths.add(path);
              }
            });
      }
    });
    return Profile.of(paths);
  }

  private static List<byte[]> path(Folder folder, Outline outline) {
    var path = new ArrayList<byte[]>();
    for (var at = folder; at.parent().isPresent(); at = at.parent().get()) {
      addName(at.parent().get(), at.index(), path, outline);
    }
    return path.reversed();
  }

  private static boolean addName(Folder folder, int index, List<byte[]> path, Outline outline) {
    var tree = outline.tree(folder.tree());
    if (tree.isEmpty()) {
      log.warn("The tree {} is no longer here: what was read in it is not recorded", folder.tree());
      return false;
    }
    path.add(tree.get().name(index));
    return true;
  }
}
