package dev.gitfs.git.forge;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import java.net.http.HttpHeaders;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the pages of a listing, one after the other, and asks again only for those that changed.
 */
final class Lister {

  private static final Logger log = LoggerFactory.getLogger(Lister.class);

  /**
   * Ten thousand repositories: more than the largest organisations have, and few enough for a
   * directory.
   */
  private static final int MOST_PAGES = 100;

  private final Rest rest;
  private final Dialect dialect;
  private final InstantSource clock;

  Lister(Rest rest, Dialect dialect, InstantSource clock) {
    this.rest = rest;
    this.dialect = dialect;
    this.clock = clock;
  }

  /**
   * The listing that the first of {@code ways} leads to which is not missing.
   *
   * @param owner whose repositories they are, where the forge does not say
   * @param old what is known
   */
  Optional<Pages> list(List<List<String>> ways, String owner, Optional<Pages> old)
      throws InterruptedException {
    for (List<String> starts : ways) {
      var pages = new ArrayList<Page>();
      boolean complete = true;
      boolean missing = false;
      for (String start : starts) {
        Optional<String> next = Optional.of(start);
        while (next.isPresent() && !missing) {
          if (pages.size() == MOST_PAGES) {
            log.warn(
                "{} has more than {} pages of repositories; the rest is there by name",
                owner,
                MOST_PAGES);
            return Optional.of(new Pages(pages, complete, clock.instant()));
          }
          var reply = turn(next.get(), owner, old);
          missing = reply instanceof Reply.Missing && pages.isEmpty();
          complete &= reply instanceof Reply.Told;
          next = Optional.empty();
          if (reply instanceof Reply.Told(Page page)) {
            pages.add(page);
            next = page.next();
          }
        }
      }
      if (!pages.isEmpty()) {
        return Optional.of(new Pages(pages, complete, clock.instant()));
      }
      if (!missing) {
        // Nothing came, and not because there is nothing.
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Reply<Page> turn(String url, String owner, Optional<Pages> old)
      throws InterruptedException {
    Optional<Page> known = old.flatMap(pages -> pages.page(url));
    Reply<Page> reply =
        rest.get(
            url, known.flatMap(Page::etag), (json, headers) -> page(url, owner, json, headers));
    return reply instanceof Reply.Unchanged && known.isPresent()
        ? new Reply.Told<>(known.get())
        : reply;
  }

  private Page page(String url, String owner, JsonReader json, HttpHeaders headers) {
    JsonElement body = JsonParser.parseReader(json);
    var repositories = dialect.repositories(body).stream().map(each -> whole(owner, each)).toList();
    return new Page(
        url,
        headers.firstValue("ETag"),
        dialect.next(url, body, headers).flatMap(next -> rest.next(url, next)),
        repositories,
        dialect.groups(body));
  }

  /** With the owner, whom some forges leave out. */
  static HostedRepository whole(String owner, HostedRepository repository) {
    return repository.path().indexOf('/') >= 0
        ? repository
        : new HostedRepository(
            owner + "/" + repository.path(), repository.defaultBranch(), repository.archived());
  }
}
