package dev.gitfs.fuse;

import java.time.Duration;
import java.util.Optional;

/**
 * What the kernel and this side agreed on.
 *
 * @param major the protocol's major version
 * @param minor the protocol's minor version, the smaller of the two sides'
 * @param maxRead the most bytes one read asks for
 * @param maxBackground how many requests the kernel keeps under way for nobody in particular
 *     (read-ahead)
 * @param requestTimeout after how long without an answer to one request the kernel gives the whole
 *     connection up, if at all; requests that wait are answered ETIMEDOUT before
 * @param notifier tells the kernel what changed; may be used from now on until the end
 */
public record Connection(
    int major,
    int minor,
    int maxRead,
    int maxBackground,
    Optional<Duration> requestTimeout,
    Notifier notifier) {}
