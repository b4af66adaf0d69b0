package dev.gitfs.git.forge;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A listing as its pages; what {@link Listing} is made of. */
record Pages(List<Page> pages, boolean complete, Instant asOf) {

  Pages {
    pages = List.copyOf(pages);
  }

  /** The page that {@code url} gave. */
  Optional<Page> page(String url) {
    return pages.stream().filter(page -> page.url().equals(url)).findFirst();
  }

  Stream<HostedRepository> repositories() {
    return pages.stream().flatMap(page -> page.repositories().stream());
  }

  Stream<String> groups() {
    return pages.stream().flatMap(page -> page.groups().stream());
  }
}
