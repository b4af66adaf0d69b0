package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Request;
import java.util.List;
import java.util.Optional;

/** The top of a namespace: the configured forges that lead to anything. */
final class Top extends Directory {

  Top(Surroundings surroundings) {
    super("", surroundings, Optional.empty());
    surroundings.nodes().add(this);
  }

  /** To be called once, before the mount is made. */
  void add(ForgeInUse forge) {
    if (forge.rules().leadsTo(forge.name(), "")) {
      add(List.of(new Group(forge.name(), surroundings(), this, forge, "")));
    }
  }

  @Override
  Answer find(Request request, String name) {
    return child(name).<Answer>map(Answer.Here::new).orElse(Answer.NEVER);
  }

  @Override
  void list(Request request) {
    // All is known.
  }

  @Override
  boolean isListed() {
    return true;
  }
}
