package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReportTest {

  @Test
  void aRowShowsMedianRangeRatioAndVerdict() {
    var ready =
        Row.of(
                "ready",
                Unit.SECONDS,
                Samples.of(1, 1.25, 3),
                new Goal.AtMost(1.5),
                new Goal.AtMostTimes(0.125))
            .comparedWith(Samples.of(20));
    assertThat(new Report("clone").row(ready).markdown())
        .endsWith(
            "| ready | 1.25 s (1.00..3.00) | 20.0 s | 0.0625 | ≤ 1.5 s, ratio ≤ 0.125 | yes |\n");
  }

  @Test
  void oneMissedGoalMakesTheRowAndTheReportMiss() {
    var slow =
        Row.of(
                "ready",
                Unit.SECONDS,
                Samples.of(1),
                new Goal.AtMost(1.5),
                new Goal.AtMostTimes(0.125))
            .comparedWith(Samples.of(4));
    var report = new Report("clone").row(slow);
    assertThat(report.meetsItsGoals()).isFalse();
    assertThat(report.markdown()).contains("**no**");
  }

  @Test
  void fewBytesAreShownAsKibibytes() {
    var received = Row.of("received", Unit.MEBIBYTES, Samples.of(2.5 / 1024));
    assertThat(new Report("clone").row(received).markdown()).contains("| received | 2.5 KiB |");
  }

  @Test
  void aRowWithoutGoalsMissesNone() {
    var row = Row.of("requests", Unit.COUNT, Samples.of(78_635));
    assertThat(new Report("clone").row(row).markdown())
        .endsWith("| requests | 78,635 |  |  |  |  |\n");
    assertThat(row.meetsItsGoals()).isTrue();
  }
}
