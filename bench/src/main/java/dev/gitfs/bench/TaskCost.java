package dev.gitfs.bench;

/**
 * What one task in one cold mount has cost.
 *
 * @param mountSeconds from typing the mount command to its end
 * @param taskSeconds then for the task
 * @param mounting what clients had cost the server when the task began
 * @param whole the same when nothing more came: what was fetched for nobody included
 * @param peak the most memory that the serving process had, in MiB
 */
record TaskCost(
    double mountSeconds, double taskSeconds, Traffic mounting, Traffic whole, double peak) {

  double seconds() {
    return mountSeconds + taskSeconds;
  }
}
