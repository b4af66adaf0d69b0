package dev.gitfs.git.forge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gitfs.git.remote.Credential;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * GitLab's REST API, version 4. Its projects are repositories here. It lists no sizes; GraphQL,
 * beside it, tells them by path ({@link GitLabSizes}).
 */
record GitLab() implements Dialect {

  private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}");

  /** A project may begin with a dot (PATH_START_CHAR in GitLab's lib/gitlab/path_regex.rb). */
  private static final Pattern PROJECT =
      Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}");

  @Override
  public Credential credential(Token token) {
    return new Credential("oauth2", token.secret());
  }

  @Override
  public String suffix() {
    // Without it, a redirect: one more round trip each time.
    return ".git";
  }

  @Override
  public boolean nests() {
    return true;
  }

  @Override
  public boolean isPossible(String name, boolean owner) {
    return (owner ? OWNER : PROJECT).matcher(name).matches()
        && !name.endsWith(".git")
        && !name.endsWith(".atom");
  }

  @Override
  public List<List<String>> listings(String owner) {
    String id = Dialect.encoded(owner);
    var ways = new ArrayList<List<String>>();
    // Shared projects have paths elsewhere. 'simple' is a tenth of the bytes.
    ways.add(
        List.of(
            "groups/" + id + "/projects?simple=true&with_shared=false&order_by=id&per_page=100",
            "groups/" + id + "/subgroups?order_by=id&per_page=100"));
    if (owner.indexOf('/') < 0) {
      ways.add(List.of("users/" + id + "/projects?simple=true&order_by=id&per_page=100"));
    }
    return List.copyOf(ways);
  }

  @Override
  public List<HostedRepository> repositories(JsonElement page) {
    // A page of groups has none.
    return repositories(page.getAsJsonArray());
  }

  @Override
  public List<String> groups(JsonElement page) {
    return objects(page).stream()
        .filter(object -> object.has("full_path"))
        .flatMap(group -> Dialect.text(group, "path").stream())
        .toList();
  }

  @Override
  public Optional<String> next(String url, JsonElement page, HttpHeaders headers) {
    var linked = Dialect.super.next(url, page, headers);
    return linked.isPresent()
        ? linked
        : headers
            .firstValue("X-Next-Page")
            .filter(number -> number.matches("[0-9]+"))
            .map(number -> url.replaceFirst("&page=[0-9]+$", "") + "&page=" + number);
  }

  @Override
  public String repository(String path) {
    return "projects/" + Dialect.encoded(path);
  }

  @Override
  public Optional<HostedRepository> repository(JsonObject project) {
    return Dialect.text(project, "path_with_namespace")
        .map(path ->
            new HostedRepository(
                path, Dialect.text(project, "default_branch"), Dialect.flag(project, "archived")));
  }

  @Override
  public Optional<String> group(String path) {
    return Optional.of("groups/" + Dialect.encoded(path) + "?with_projects=false");
  }

  @Override
  public String commit(String path, String abbreviated) {
    return repository(path)
        + "/repository/commits/"
        + Dialect.encoded(abbreviated)
        + "?stats=false";
  }

  @Override
  public String commitId() {
    return "id";
  }

  private static List<JsonObject> objects(JsonElement page) {
    return StreamSupport.stream(page.getAsJsonArray().spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }
}
