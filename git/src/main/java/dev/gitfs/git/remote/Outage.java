package dev.gitfs.git.remote;

import java.time.Instant;

/**
 * A server that cannot be reached.
 *
 * @param since when that was noticed
 * @param reason what came of trying, for people
 */
public record Outage(Instant since, String reason) {}
