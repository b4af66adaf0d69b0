package dev.gitfs.mount.prefetch;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ParallelSearchTest {
  @Test
  void tryIt() throws IOException {
    var tree = RecordedTree.recorded();
    for (boolean info : new boolean[] {true, false})
      for (boolean shared : new boolean[] {true, false})
        for (int pauses : new int[] {0, 5, 50})
          for (int threads : new int[] {2, 4, 16}) {
            for (int seed = 0; seed < 2; seed++) {
              var mount = new SimulatedMount(tree, PrefetchMode.ADAPTIVE, info);
              mount.play(new ParallelSearch(tree, threads, shared, pauses, seed).threads());
              System.out.println(
                  "XX info "
                      + info
                      + " shared "
                      + shared
                      + " pauses "
                      + pauses
                      + " threads "
                      + threads
                      + ": "
                      + mount);
            }
          }
  }
}
