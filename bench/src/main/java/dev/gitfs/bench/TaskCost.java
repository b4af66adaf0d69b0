package dev.gitfs.bench;

/**
 * What one task in one cold mount has cost.
 *
 * @param mountSeconds from typing the mount command to its end
 * @param taskSeconds then for the task
 * @param traffic what it had cost the server when nothing more came: what was fetched for nobody
 *     included
 * @param peak the most memory that the serving process had, in MiB
 */
record TaskCost(double mountSeconds, double taskSeconds, Traffic traffic, double peak) {

  double seconds() {
    return mountSeconds + taskSeconds;
  }
}
