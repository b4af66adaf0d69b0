package dev.gitfs.git.store;

/** The repository has no commit yet; of a clone the directory is empty as well. */
public final class EmptyRepositoryException extends RevisionException {

  private static final long serialVersionUID = 1;

  EmptyRepositoryException(String url) {
    super(url + " is an empty repository: push a commit to it first");
  }
}
