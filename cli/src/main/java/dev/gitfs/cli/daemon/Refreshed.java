package dev.gitfs.cli.daemon;

/**
 * What came of a refresh.
 *
 * @param mount as it is now
 * @param change what has changed, in one line for people
 */
public record Refreshed(MountSummary mount, String change) {}
