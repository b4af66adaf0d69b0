package dev.gitfs.git.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiPredicate;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The refs that {@code git pack-refs} has put into one file. One that is in a file of its own too
 * is what that says.
 *
 * @param refs by name, in the order of the file
 */
record PackedRefs(SequencedMap<String, ObjectId> refs) {

  private static final int ID_LENGTH = 40;

  /** Reads the file's text; what is no ref is left out. */
  static PackedRefs parse(String text) {
    var refs = new LinkedHashMap<String, ObjectId>();
    text.lines()
        .filter(line -> line.length() > ID_LENGTH + 1 && line.charAt(ID_LENGTH) == ' ')
        .filter(line -> ObjectId.isId(line.substring(0, ID_LENGTH)))
        .forEach(line ->
            refs.put(
                line.substring(ID_LENGTH + 1).strip(),
                ObjectId.fromString(line.substring(0, ID_LENGTH))));
    return new PackedRefs(refs);
  }

  Optional<ObjectId> ref(String name) {
    return Optional.ofNullable(refs.get(name));
  }

  /** All but those of which {@code isUnwanted}. */
  PackedRefs without(BiPredicate<String, ObjectId> isUnwanted) {
    var kept = new LinkedHashMap<>(refs);
    kept.entrySet().removeIf(ref -> isUnwanted.test(ref.getKey(), ref.getValue()));
    return new PackedRefs(kept);
  }

  /** There cannot be a branch a and a branch a/b. */
  PackedRefs withoutThoseInTheWayOf(String name) {
    return without((other, id) -> other.startsWith(name + "/") || name.startsWith(other + "/"));
  }

  /** As a file, without what tags lead to, which git finds out. */
  String toText() {
    var text = new StringBuilder();
    for (Map.Entry<String, ObjectId> ref : refs.entrySet()) {
      text.append(ref.getValue().name()).append(' ').append(ref.getKey()).append('\n');
    }
    return text.toString();
  }
}
