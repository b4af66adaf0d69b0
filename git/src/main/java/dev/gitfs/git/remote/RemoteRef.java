package dev.gitfs.git.remote;

import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A ref as the server lists it.
 *
 * @param name full name, {@code HEAD} or {@code refs/…}
 * @param id what it points at; empty for an unborn branch, which only {@code HEAD} can name
 * @param symbolicTarget the ref that a symbolic ref points at
 * @param peeled for an annotated tag, the object the tag points at in the end
 */
public record RemoteRef(
    String name,
    Optional<ObjectId> id,
    Optional<String> symbolicTarget,
    Optional<ObjectId> peeled) {}
