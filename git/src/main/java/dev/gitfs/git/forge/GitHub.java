package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Credential;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** GitHub's REST API, version 2022-11-28; GitHub Enterprise's too. */
record GitHub() implements Dialect {

  private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})");
  static final Pattern REPOSITORY = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

  @Override
  public Map<String, String> headers() {
    return Map.of("Accept", "application/vnd.github+json", "X-GitHub-Api-Version", "2022-11-28");
  }

  @Override
  public Credential credential(Token token) {
    return new Credential("x-access-token", token.secret());
  }

  @Override
  public boolean isPossible(String name, boolean owner) {
    return (owner ? OWNER : REPOSITORY).matcher(name).matches()
        // These it keeps for itself, and tools probe for the first.
        && !name.endsWith(".git")
        && !name.endsWith(".wiki");
  }

  @Override
  public List<List<String>> listings(String owner) {
    return List.of(List.of("users/" + Dialect.encoded(owner) + "/repos?per_page=100"));
  }

  @Override
  public Optional<String> visible() {
    return Optional.of("user/repos?per_page=100");
  }

  @Override
  public String commit(String path, String abbreviated) {
    return repository(path) + "/commits/" + Dialect.encoded(abbreviated) + "?per_page=1";
  }

  @Override
  public Optional<String> files(String path, String commit, String tree) {
    return Optional.of(repository(path) + "/git/trees/" + tree + "?recursive=1");
  }

  @Override
  public Optional<String> entries(String path, String tree) {
    return Optional.of(repository(path) + "/git/trees/" + tree);
  }
}
