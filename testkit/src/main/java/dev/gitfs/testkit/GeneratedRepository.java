package dev.gitfs.testkit;

import java.util.List;

/**
 * A repository to be made: the snapshots of its commits. The second and third, if there are that
 * many, are both children of the first, and the fourth is their merge; the others follow one
 * another.
 */
public record GeneratedRepository(List<Snapshot> commits) {

  /** Makes the commits on {@code main} of {@code repository}. Returns the last one's id. */
  public String writeTo(TestRepository repository) {
    var ids = new String[commits.size()];
    for (var i = 0; i < ids.length; i++) {
      String[] parents =
          switch (i) {
            case 0 -> new String[] {};
            case 1, 2 -> new String[] {ids[0]};
            case 3 -> new String[] {ids[1], ids[2]};
            default -> new String[] {ids[i - 1]};
          };
      ids[i] = repository.commit("refs/heads/main", commits.get(i), parents);
    }
    return ids[ids.length - 1];
  }

  @Override
  public String toString() {
    return commits.size() + " commits, the last of them:\n" + commits.getLast();
  }
}
