package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Credential;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The REST API of Gitea and Forgejo, version 1. */
record Gitea() implements Dialect {

  private static final Pattern OWNER = Pattern.compile("(?!\\.)[A-Za-z0-9._-]{1,64}");

  /** Some servers allow fewer a page, and say what the next is. */
  private static final int PAGE = 50;

  /** Its default, and most, for trees. */
  private static final int FILES_PAGE = 1000;

  @Override
  public String authorization(Token token) {
    return "token " + token.secret();
  }

  @Override
  public Credential credential(Token token) {
    // Any user name does: what counts is a password that is a token.
    return new Credential("x-access-token", token.secret());
  }

  @Override
  public boolean isPossible(String name, boolean owner) {
    return (owner ? OWNER : GitHub.REPOSITORY).matcher(name).matches()
        && !name.endsWith(".git")
        && !name.endsWith(".wiki");
  }

  @Override
  public List<List<String>> listings(String owner) {
    String name = Dialect.encoded(owner);
    return List.of(
        List.of("users/" + name + "/repos?limit=" + PAGE),
        List.of("orgs/" + name + "/repos?limit=" + PAGE));
  }

  @Override
  public String commit(String path, String abbreviated) {
    return repository(path)
        + "/git/commits/"
        + Dialect.encoded(abbreviated)
        + "?stat=false&verification=false&files=false";
  }

  @Override
  public Optional<String> files(String path, String commit, String tree) {
    return Optional.of(files(path, tree, 1));
  }

  @Override
  public Optional<String> nextFiles(String url, FileList.Summary summary) {
    // Its truncated says that this page is not all.
    if (!summary.truncated() || summary.entries() == 0) {
      return Optional.empty();
    }
    int digits = url.lastIndexOf('=') + 1;
    return Optional.of(url.substring(0, digits) + (Integer.parseInt(url.substring(digits)) + 1));
  }

  private String files(String path, String tree, int page) {
    return repository(path)
        + "/git/trees/"
        + tree
        + "?recursive=true&per_page="
        + FILES_PAGE
        + "&page="
        + page;
  }
}
