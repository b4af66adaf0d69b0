package dev.gitfs.git.forge;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gitfs.git.remote.Credential;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The REST API of mesa.dev's depot, version 1. Names in its listings are without their owner. */
record Mesa() implements Dialect {

  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,128}");

  /** Deeper than trees of source code are. */
  private static final int DEPTH = 64;

  @Override
  public Credential credential(Token token) {
    // https://TOKEN@host/…: the user's name is the secret.
    return new Credential(token.secret(), "");
  }

  @Override
  public String suffix() {
    return ".git";
  }

  @Override
  public boolean isPossible(String name, boolean owner) {
    return NAME.matcher(name).matches() && !name.endsWith(".git");
  }

  @Override
  public List<List<String>> listings(String owner) {
    return List.of(List.of(Dialect.encoded(owner) + "/repos?limit=100"));
  }

  @Override
  public List<HostedRepository> repositories(JsonElement page) {
    return repositories(page.getAsJsonObject().getAsJsonArray("repos"));
  }

  @Override
  public Optional<String> next(String url, JsonElement page, HttpHeaders headers) {
    var object = page.getAsJsonObject();
    return Dialect.flag(object, "has_more")
        ? Dialect.text(object, "next_cursor").map(cursor -> at(url, cursor))
        : Optional.empty();
  }

  @Override
  public String repository(String path) {
    return Dialect.encodedPath(path);
  }

  @Override
  public Optional<HostedRepository> repository(JsonObject repository) {
    return Dialect.text(repository, "name")
        .map(name -> new HostedRepository(name, Dialect.text(repository, "default_branch"), false));
  }

  @Override
  public String commit(String path, String abbreviated) {
    return repository(path) + "/commits/" + Dialect.encoded(abbreviated);
  }

  @Override
  public Optional<String> files(String path, String commit, String tree) {
    return Optional.of(repository(path) + "/content?ref=" + commit + "&path=&depth=" + DEPTH);
  }

  @Override
  public Optional<String> nextFiles(String url, FileList.Summary summary) {
    return summary.cursor().map(cursor -> at(url, cursor));
  }

  private static String at(String url, String cursor) {
    return url.replaceFirst("&cursor=[^&]*", "") + "&cursor=" + Dialect.encoded(cursor);
  }
}
