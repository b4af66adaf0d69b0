package dev.gitfs.git.forge;

/** What a path below a forge's directory leads to. */
public sealed interface Place {

  /** An owner or a group: a directory of others. */
  record Group() implements Place {}

  /** A repository that the forge has described. */
  record Repository(HostedRepository repository) implements Place {}

  /** Nothing there; the forge said so, or no repository can have such a path. */
  record Absent() implements Place {}

  /**
   * If anything, a repository: nobody has told yet, and the git server will, with the first request
   * that opening it makes anyway.
   */
  record Perhaps() implements Place {}

  Place GROUP = new Group();
  Place ABSENT = new Absent();
  Place PERHAPS = new Perhaps();
}
