package dev.gitfs.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** All that was measured of tasks on one network. */
final class TaskFindings {

  /** What one clone has cost. */
  record Clone(double seconds, Traffic traffic) {}

  private final Map<TaskName, Map<Arrangement, List<TaskCost>>> costs =
      new EnumMap<>(TaskName.class);
  private final Map<Clones, List<Clone>> clones = new EnumMap<>(Clones.class);
  private final Map<TaskName, List<Double>> onDisk = new EnumMap<>(TaskName.class);
  private final List<Double> noise = new ArrayList<>();

  void add(TaskName task, Arrangement arrangement, TaskCost cost) {
    costs
        .computeIfAbsent(task, _ -> new EnumMap<>(Arrangement.class))
        .computeIfAbsent(arrangement, _ -> new ArrayList<>())
        .add(cost);
  }

  void add(Clones kind, Clone clone) {
    clones.computeIfAbsent(kind, _ -> new ArrayList<>()).add(clone);
  }

  void addOnDisk(TaskName task, double seconds) {
    onDisk.computeIfAbsent(task, _ -> new ArrayList<>()).add(seconds);
  }

  /** The share of the machine that others took, 0 to 1. */
  void addNoise(double share) {
    noise.add(100 * share);
  }

  /** Those that were measured, from least to most. */
  List<TaskName> tasks() {
    return List.copyOf(costs.keySet());
  }

  Optional<Samples> of(TaskName task, Arrangement kind, ToDoubleFunction<TaskCost> quantity) {
    return samples(costs.getOrDefault(task, Map.of()).get(kind), quantity);
  }

  Optional<Samples> of(Clones kind, ToDoubleFunction<Clone> quantity) {
    return samples(clones.get(kind), quantity);
  }

  /** The most memory that any mount had which prefetched. */
  List<Double> peaks(TaskName task) {
    return Stream.of(Arrangement.WITH_OBJECT_INFO, Arrangement.WITHOUT_OBJECT_INFO)
        .flatMap(arrangement -> of(task, arrangement, TaskCost::peak).stream())
        .map(Samples::max)
        .toList();
  }

  /** A clone, then the task on the disk. */
  Optional<Samples> cloneAnd(TaskName task, Clones kind) {
    return of(kind, Clone::seconds)
        .flatMap(clone -> onDisk(task).map(disk -> clone.plus(disk.median())));
  }

  Optional<Samples> onDisk(TaskName task) {
    return samples(onDisk.get(task), value -> value);
  }

  Samples noise() {
    return new Samples(noise);
  }

  private static <T> Optional<Samples> samples(List<T> all, ToDoubleFunction<T> quantity) {
    return Optional.ofNullable(all)
        .map(values -> new Samples(values.stream().map(quantity::applyAsDouble).toList()));
  }
}
