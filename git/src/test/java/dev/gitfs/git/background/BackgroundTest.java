package dev.gitfs.git.background;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.CapturedLog;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to tasks that nobody waits for. */
@Timeout(30)
class BackgroundTest {

  private final long before = Background.failures().count();

  @Test
  void whatATaskThrowsIsLoggedWithItsCauseAndCounted() throws Exception {
    try (var log = new CapturedLog()) {
      Background.start(
              "the task",
              () -> {
                throw new IllegalStateException("outer", new StackOverflowError("inner"));
              })
          .join();

      assertThat(log.text()).contains("the task failed", "outer", "Caused by", "inner");
    }
    assertThat(Background.failures().count()).isEqualTo(before + 1);
    var last = Background.failures().last().orElseThrow();
    assertThat(last.task()).isEqualTo("the task");
    assertThat(last.cause()).contains("IllegalStateException", "outer");
  }

  @Test
  void anErrorIsNoLessThanAnException() throws Exception {
    Background.start(
            "the task",
            () -> {
              throw new NoClassDefFoundError("dev/gitfs/Absent");
            })
        .join();

    assertThat(Background.failures().last().orElseThrow().cause()).contains("dev/gitfs/Absent");
  }

  @Test
  void anInterruptIsTheEndThatItsOwnerWants() {
    try (var log = new CapturedLog()) {
      var forever = new CountDownLatch(1);
      var task = Background.start("the task", forever::await);
      Background.end(task, Duration.ofSeconds(20));

      assertThat(task.isAlive()).isFalse();
      assertThat(log.messages(Level.ERROR)).isEmpty();
    }
    assertThat(Background.failures().count()).isEqualTo(before);
  }

  @Test
  void aTaskThatDoesNotEndIsReportedWithWhereItHangs() {
    var let = new CountDownLatch(1);
    try (var log = new CapturedLog()) {
      var task = Background.platform("the task", () -> hang(let));
      task.start();
      Background.end(task, Duration.ofMillis(100));

      assertThat(log.text()).contains("the task failed", "does not end", "BackgroundTest.hang");
    } finally {
      let.countDown();
    }
    assertThat(Background.failures().count()).isEqualTo(before + 1);
  }

  private static void hang(CountDownLatch let) {
    while (let.getCount() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
