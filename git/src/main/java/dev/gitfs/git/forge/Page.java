package dev.gitfs.git.forge;

import java.util.List;
import java.util.Optional;

/**
 * One page of a listing as the API gave it, kept to ask whether it has changed.
 *
 * @param url what was asked
 * @param etag what it is known by, if the forge said so
 * @param next what to ask for the next
 */
record Page(
    String url,
    Optional<String> etag,
    Optional<String> next,
    List<HostedRepository> repositories,
    List<String> groups) {}
