package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Processes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When memory counts as short, in a small JVM with the collector of those that serve mounts. */
final class HeapTest {

  @Test
  void isShortWhenACollectionHasLeftItNearlyFullAndNotForever() {
    var told =
        Processes.command(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-Xmx64m",
                "-XX:NewRatio=1",
                "-cp",
                System.getProperty("java.class.path"),
                Filled.class.getName())
            .run()
            .orFail();
    assertThat(told.lines())
        .containsExactly(
            "begun: false",
            "full: true",
            "full, and nothing collected since: false",
            "empty: false");
  }

  /** Fills its heap. */
  static final class Filled {

    /** Of the 32 MiB that are not young, less than a twentieth is left. */
    private static final int KIBIBYTES = 31 << 10;

    private static List<byte[]> held = new ArrayList<>();

    private Filled() {}

    public static void main(String[] arguments) {
      var heap = new Heap();
      tell("begun", heap);
      for (int i = 0; i < KIBIBYTES; i++) {
        held.add(new byte[1008]);
      }
      System.gc();
      tell("full", heap);
      tell("full, and nothing collected since", heap);
      held = null;
      System.gc();
      tell("empty", heap);
    }

    private static void tell(String when, Heap heap) {
      System.out.println(when + ": " + heap.isShort());
    }
  }
}
