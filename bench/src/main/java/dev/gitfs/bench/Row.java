package dev.gitfs.bench;

import java.util.List;
import java.util.Optional;

/**
 * One line of a report: a quantity of git-fs, beside the same of what it is compared with.
 *
 * @param reference the same quantity of stock git or the local disk, measured in the same runs
 */
record Row(
    String name, Unit unit, Samples measured, Optional<Samples> reference, List<Goal> goals) {

  Row {
    goals = List.copyOf(goals);
  }

  static Row of(String name, Unit unit, Samples measured, Goal... goals) {
    return new Row(name, unit, measured, Optional.empty(), List.of(goals));
  }

  Row comparedWith(Samples reference) {
    return new Row(name, unit, measured, Optional.of(reference), goals);
  }

  Optional<Double> ratio() {
    return reference.map(other -> measured.median() / other.median());
  }

  boolean meetsItsGoals() {
    return goals.stream().allMatch(goal -> goal.met(this));
  }
}
