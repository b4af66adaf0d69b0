package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TreeTasksTest {
  private static final long ORDINARY = 10_000;

  @Test
  void scatteredFilesAreOrdinaryOnesAtEqualDistances() {
    var files = new ArrayList<TreeFile>();
    for (var i = 0; i < 400; i++) {
      files.add(new TreeFile("d%02d/f%d".formatted(i / 10, i % 10), ORDINARY));
      files.add(new TreeFile("d%02d/large%d".formatted(i / 10, i % 10), 1 << 20));
    }
    var tasks = new TreeTasks(files);
    var words = tasks.task(TaskName.SCATTERED).orElseThrow().script().split(" ");
    assertThat(words).hasSize(1 + TreeTasks.SCATTERED_FILES + 1).contains("'d00/f5'", "'d39/f5'");
    assertThat(tasks.scatteredMebibytes()).isEqualTo(40 * ORDINARY / 1048576.0);
  }

  @Test
  void theDirectoryHasAHundredFilesOrSoAndNoSubdirectories() {
    var files = new ArrayList<TreeFile>();
    for (var i = 0; i < 112; i++) {
      files.add(new TreeFile("parent/f" + i, ORDINARY));
    }
    for (var i = 0; i < 90; i++) {
      files.add(new TreeFile("parent/it's/f" + i, ORDINARY));
    }
    files.add(new TreeFile("other/f", ORDINARY));
    var tasks = new TreeTasks(files);
    assertThat(tasks.filesInDirectory()).isEqualTo(90);
    assertThat(tasks.task(TaskName.DIRECTORY).orElseThrow().script())
        .isEqualTo("cd 'parent/it'\\''s' && cat * >/dev/null");
  }

  @Test
  void onlyLinuxIsMade() {
    assertThat(new TreeTasks(tree("README", "a/Kconfig")).task(TaskName.MAKE)).isEmpty();
    assertThat(
            new TreeTasks(tree("Kbuild", "Kconfig", "scripts/kconfig/Makefile"))
                .task(TaskName.MAKE))
        .isPresent();
  }

  private static List<TreeFile> tree(String... paths) {
    return List.of(paths).stream().map(path -> new TreeFile(path, ORDINARY)).toList();
  }
}
