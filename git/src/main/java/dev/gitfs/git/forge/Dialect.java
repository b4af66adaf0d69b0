package dev.gitfs.git.forge;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gitfs.git.remote.Credential;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * How one kind of forge is spoken to: which URLs of its API answer what, and the shapes of its
 * answers. Pure: URLs are relative to the API's, values of the answers are read and nothing else.
 */
sealed interface Dialect permits GitHub, GitLab, Bitbucket, Gitea, Mesa {

  /** {@code Link: <url>; rel="next"}, as GitHub, GitLab and Gitea page. */
  Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*\\brel=\"?next\"?");

  static Dialect of(ForgeKind kind) {
    return switch (kind) {
      case GITHUB -> new GitHub();
      case GITLAB -> new GitLab();
      case BITBUCKET -> new Bitbucket();
      case GITEA -> new Gitea();
      case MESA -> new Mesa();
      case PLAIN, LOCAL -> throw new IllegalArgumentException(kind + " has no API");
    };
  }

  /** Headers of each request but the token's. */
  default Map<String, String> headers() {
    return Map.of("Accept", "application/json");
  }

  /** The value of {@code Authorization}. */
  default String authorization(Token token) {
    return "Bearer " + token.secret();
  }

  /** The token as git over HTTP takes it. */
  Credential credential(Token token);

  /** What the clone URL has behind the path. */
  default String suffix() {
    return "";
  }

  /** Whether an owner may hold groups that hold repositories. */
  default boolean nests() {
    return false;
  }

  /** Whether there can be an owner, a group or a repository of that name. */
  boolean isPossible(String name, boolean owner);

  /**
   * The first pages of what an owner or group has: of the first of these lists that is not missing,
   * all.
   */
  List<List<String>> listings(String owner);

  /** What lists everything that the token's owner may see, where {@link #listings} does not. */
  default Optional<String> visible() {
    return Optional.empty();
  }

  /** The repositories of a page; of a plain array of them if nothing else is said. */
  default List<HostedRepository> repositories(JsonElement page) {
    return repositories(page.getAsJsonArray());
  }

  /** Those of an array, but what has no name: one that is odd does not hide the others. */
  default List<HostedRepository> repositories(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false)
        .filter(JsonElement::isJsonObject)
        .map(JsonElement::getAsJsonObject)
        .flatMap(each -> repository(each).stream())
        .toList();
  }

  /** The groups of a page. */
  default List<String> groups(JsonElement page) {
    return List.of();
  }

  /** The next page. */
  default Optional<String> next(String url, JsonElement page, HttpHeaders headers) {
    return headers.allValues("Link").stream()
        .map(NEXT::matcher)
        .filter(java.util.regex.Matcher::find)
        .map(found -> found.group(1))
        .findFirst();
  }

  /** What describes a repository; as GitHub and Gitea have it if nothing else is said. */
  default String repository(String path) {
    return "repos/" + encodedPath(path);
  }

  /** The repository that is described so, if it has a name; likewise. */
  default Optional<HostedRepository> repository(JsonObject description) {
    return text(description, "full_name")
        .map(path ->
            new HostedRepository(
                path, text(description, "default_branch"), flag(description, "archived")));
  }

  /** What describes a group, where there are groups to tell from repositories. */
  default Optional<String> group(String path) {
    return Optional.empty();
  }

  /** What describes a commit by its abbreviated id. */
  String commit(String path, String abbreviated);

  /** The member of its description that is its whole id. */
  default String commitId() {
    return "sha";
  }

  /** What lists all files of a commit with their sizes, where something does; the first page. */
  default Optional<String> files(String path, String commit, String tree) {
    return Optional.empty();
  }

  /** What lists the entries of one tree alone, and whose subtrees {@link #files} lists. */
  default Optional<String> entries(String path, String tree) {
    return Optional.empty();
  }

  /** The next page of files. */
  default Optional<String> nextFiles(String url, FileList.Summary summary) {
    return Optional.empty();
  }

  /** As one segment of a URL's path, or a value of its query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A path with its slashes. */
  static String encodedPath(String path) {
    return encoded(path).replace("%2F", "/");
  }

  static Optional<String> text(JsonObject object, String member) {
    return Optional.ofNullable(object.get(member))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsString)
        .filter(value -> !value.isEmpty());
  }

  static boolean flag(JsonObject object, String member) {
    return Optional.ofNullable(object.get(member))
        .filter(JsonElement::isJsonPrimitive)
        .map(JsonElement::getAsBoolean)
        .orElse(false);
  }
}
