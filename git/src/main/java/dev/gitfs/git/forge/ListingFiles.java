package dev.gitfs.git.forge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listings on disk, one file an owner, for the next process and for days without a network; those
 * in use in memory too. A file that cannot be read or written costs a request and no more.
 */
final class ListingFiles {

  private static final Logger log = LoggerFactory.getLogger(ListingFiles.class);

  private static final String SUFFIX = ".json";

  private static final Gson GSON = new Gson();

  /** As it is written: Gson makes nothing of Optional and Instant. */
  private record Stored(long asOf, boolean complete, List<StoredPage> pages) {}

  private record StoredPage(
      String url,
      String etag,
      String next,
      List<StoredRepository> repositories,
      List<String> groups) {}

  private record StoredRepository(String path, String branch, boolean archived) {}

  /** Another process's are seen after this. */
  private static final Duration FRESH = Duration.ofSeconds(60);

  /** Some megabytes for the largest owners, kilobytes for most. */
  private static final int MOST_IN_MEMORY = 100;

  private final Path directory;

  private final Cache<String, Optional<Pages>> inMemory =
      Caffeine.newBuilder()
          .maximumSize(MOST_IN_MEMORY)
          .expireAfterWrite(FRESH)
          .executor(Runnable::run)
          .build();

  ListingFiles(Path directory) {
    this.directory = directory;
  }

  Optional<Pages> read(String owner) {
    return inMemory.get(owner, this::load);
  }

  private Optional<Pages> load(String owner) {
    try {
      var stored = GSON.fromJson(Files.readString(file(owner)), Stored.class);
      var pages = stored.pages.stream().map(ListingFiles::restored).toList();
      return Optional.of(new Pages(pages, stored.complete, Instant.ofEpochMilli(stored.asOf)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      log.debug("The listing of {} cannot be read", owner, e);
      return Optional.empty();
    }
  }

  void write(String owner, Pages pages) {
    inMemory.put(owner, Optional.of(pages));
    try {
      Files.createDirectories(directory);
      var stored =
          new Stored(
              pages.asOf().toEpochMilli(),
              pages.complete(),
              pages.pages().stream().map(ListingFiles::stored).toList());
      Path temporary = Files.createTempFile(directory, ".", null);
      try {
        Files.writeString(temporary, GSON.toJson(stored));
        Files.move(temporary, file(owner), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      log.debug("The listing of {} cannot be kept", owner, e);
    }
  }

  /** Those whose listings are kept. */
  List<String> owners() {
    var owners = new ArrayList<String>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[!.]*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        owners.add(decoded(name.substring(0, name.length() - SUFFIX.length())));
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      log.debug("Kept listings cannot be listed", e);
    }
    return owners;
  }

  /** Slashes of groups become plus signs, which no owner's name has. */
  private Path file(String owner) {
    return directory.resolve(owner.replace('/', '+') + SUFFIX);
  }

  private static String decoded(String name) {
    return name.replace('+', '/');
  }

  private static StoredPage stored(Page page) {
    return new StoredPage(
        page.url(),
        page.etag().orElse(null),
        page.next().orElse(null),
        page.repositories().stream()
            .map(each ->
                new StoredRepository(
                    each.path(), each.defaultBranch().orElse(null), each.archived()))
            .toList(),
        page.groups());
  }

  private static Page restored(StoredPage page) {
    return new Page(
        page.url,
        Optional.ofNullable(page.etag),
        Optional.ofNullable(page.next),
        page.repositories.stream()
            .map(each ->
                new HostedRepository(each.path, Optional.ofNullable(each.branch), each.archived))
            .toList(),
        List.copyOf(page.groups));
  }
}
