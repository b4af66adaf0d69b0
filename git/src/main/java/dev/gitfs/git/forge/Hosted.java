package dev.gitfs.git.forge;

/**
 * A repository by the forge that hosts it.
 *
 * @param path {@code owner/…/repository}
 */
public record Hosted(Forge forge, String path) {

  /** {@code forge/owner/repository}: how people and rules name it. */
  @Override
  public String toString() {
    return forge.name() + "/" + path;
  }
}
