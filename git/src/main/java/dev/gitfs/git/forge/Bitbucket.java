package dev.gitfs.git.forge;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gitfs.git.remote.Credential;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Bitbucket Cloud's REST API, version 2.0. It tells sizes a directory and a hundred files a
 * request, which is no quicker than the files themselves.
 */
record Bitbucket() implements Dialect {

  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,128}");

  /** What is read of a repository, for answers a tenth as long. */
  private static final String FIELDS = "full_name,mainbranch.name";

  @Override
  public String authorization(Token token) {
    // An account's token comes with the account: user:token.
    return isAccount(token) ? credential(token).basic() : Dialect.super.authorization(token);
  }

  @Override
  public Credential credential(Token token) {
    String secret = token.secret();
    int colon = secret.indexOf(':');
    return isAccount(token)
        ? new Credential(secret.substring(0, colon), secret.substring(colon + 1))
        : new Credential("x-token-auth", secret);
  }

  private static boolean isAccount(Token token) {
    return token.secret().indexOf(':') > 0;
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
    return List.of(
        List.of(
            "repositories/"
                + Dialect.encoded(owner)
                + "?pagelen=100&fields=next,values.full_name,values.mainbranch.name"));
  }

  @Override
  public List<HostedRepository> repositories(JsonElement page) {
    return page.getAsJsonObject().get("values") instanceof JsonArray values
        ? repositories(values)
        : List.of();
  }

  @Override
  public Optional<String> next(String url, JsonElement page, HttpHeaders headers) {
    return Dialect.text(page.getAsJsonObject(), "next");
  }

  @Override
  public String repository(String path) {
    return "repositories/" + Dialect.encodedPath(path) + "?fields=" + FIELDS;
  }

  @Override
  public Optional<HostedRepository> repository(JsonObject repository) {
    Optional<String> branch =
        repository.get("mainbranch") instanceof JsonObject main
            ? Dialect.text(main, "name")
            : Optional.empty();
    return Dialect.text(repository, "full_name")
        .map(path -> new HostedRepository(path, branch, false));
  }

  @Override
  public String commit(String path, String abbreviated) {
    return "repositories/"
        + Dialect.encodedPath(path)
        + "/commit/"
        + Dialect.encoded(abbreviated)
        + "?fields=hash";
  }

  @Override
  public String commitId() {
    return "hash";
  }
}
