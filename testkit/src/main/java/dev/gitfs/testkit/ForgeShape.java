package dev.gitfs.testkit;

import dev.gitfs.testkit.ForgeServer.Answer;
import dev.gitfs.testkit.ForgeServer.Hosted;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What one forge's API answers, as its documentation has it. */
sealed interface ForgeShape {

  /**
   * @param path below the API's URL, still escaped
   */
  Answer answer(String path, Map<String, String> query);

  /** What is posted, where something may be. */
  default Answer query(ForgeServer.Request request) {
    return new Answer(404, error(404), Map.of());
  }

  /** The body of a failure. */
  String error(int status);

  static ForgeShape of(ForgeServer.Api api, ForgeServer server) {
    return switch (api) {
      case GITHUB -> new GitHub(server);
      case GITLAB -> new GitLab(server);
      case BITBUCKET -> new Bitbucket(server);
      case GITEA -> new Gitea(server);
      case MESA -> new Mesa(server);
    };
  }

  /** GitHub's REST API, version 2022-11-28. */
  record GitHub(ForgeServer server) implements ForgeShape {

    @Override
    public Answer answer(String path, Map<String, String> query) {
      String[] parts = parts(path);
      return switch (parts[0]) {
        case "users" -> list(server.of(parts[1]), path, query);
        // The pages of an owner's listing call it user/ID/repos.
        case "user" -> list(parts.length == 3 ? server.of(parts[1]) : server.all(), path, query);
        case "repositories" ->
            server
                .find(Integer.parseInt(parts[1]))
                .map(found -> Answer.ok(json(found)))
                .orElseGet(this::missing);
        case "repos" -> repository(parts, query);
        default -> missing();
      };
    }

    private Answer list(List<Hosted> all, String path, Map<String, String> query) {
      if (all.isEmpty()) {
        return missing();
      }
      return linked(
          server, all, path.replaceFirst("^users/", "user/"), query, "per_page", 30, GitHub::json);
    }

    private Answer repository(String[] parts, Map<String, String> query) {
      String path = parts[1] + "/" + parts[2];
      var now = server.nowOf(path).flatMap(server::find);
      if (now.isPresent()) {
        return new Answer(
            301,
            "{\"message\":\"Moved Permanently\"}",
            Map.of("Location", server.url() + "/repositories/" + now.get().id()));
      }
      var found = server.find(path);
      if (found.isEmpty()) {
        return missing();
      }
      if (parts.length == 3) {
        return Answer.ok(json(found.get()));
      }
      return switch (parts[3]) {
        case "commits" -> commit(found.get(), parts[4], "sha");
        case "git" ->
            trees(found.get(), parts[5], query.containsKey("recursive"), server.mostFiles());
        default -> missing();
      };
    }

    private Answer missing() {
      return new Answer(404, error(404), Map.of());
    }

    @Override
    public String error(int status) {
      return "{\"message\":\"%s\",\"documentation_url\":\"https://docs.github.com/rest\"}"
          .formatted(status == 401 ? "Bad credentials" : "Not Found");
    }

    static String json(Hosted hosted) {
      return """
      {"id":%d,"node_id":"n","name":"%s","full_name":"%s","private":false,\
      "owner":{"login":"%s","id":1,"type":"User"},"description":null,"fork":false,\
      "size":108,"default_branch":"%s","archived":%s,"topics":["a","b"]}\
      """
          .formatted(
              hosted.id(),
              hosted.name(),
              hosted.path(),
              hosted.owner(),
              hosted.branch(),
              hosted.archived());
    }

    static Answer trees(Hosted hosted, String id, boolean recursive, int most) {
      var entries = entries(hosted, id, recursive);
      var some = entries.subList(0, Math.min(recursive ? most : entries.size(), entries.size()));
      return Answer.ok(
          "{\"sha\":\"%s\",\"url\":\"u\",\"tree\":[%s],\"truncated\":%s}"
              .formatted(id, joined(some, Entry::json), some.size() < entries.size()));
    }
  }

  /** Gitea's and Forgejo's REST API, version 1. */
  record Gitea(ForgeServer server) implements ForgeShape {

    @Override
    public Answer answer(String path, Map<String, String> query) {
      String[] parts = parts(path);
      if (parts[0].equals("users") || parts[0].equals("orgs")) {
        var all = server.of(parts[1]);
        return all.isEmpty()
            ? missing()
            : linked(server, all, path, query, "limit", 30, GitHub::json);
      }
      String name = parts.length < 3 ? "" : parts[1] + "/" + parts[2];
      var now = server.nowOf(name);
      if (now.isPresent()) {
        return new Answer(301, "", Map.of("Location", server.url() + "/repos/" + now.get()));
      }
      var found = server.find(name);
      if (found.isEmpty()) {
        return missing();
      }
      if (parts.length == 3) {
        return Answer.ok(GitHub.json(found.get()));
      }
      return switch (parts[4]) {
        case "commits" -> commit(found.get(), parts[5], "sha");
        case "trees" -> trees(found.get(), parts[5], query);
        default -> missing();
      };
    }

    private Answer trees(Hosted hosted, String id, Map<String, String> query) {
      var entries = entries(hosted, id, query.containsKey("recursive"));
      int size =
          Math.min(Integer.parseInt(query.getOrDefault("per_page", "1000")), server.largestPage());
      int page = Integer.parseInt(query.getOrDefault("page", "1"));
      int from = Math.min((page - 1) * size, entries.size());
      int to = Math.min(from + size, entries.size());
      return Answer.ok(
          "{\"sha\":\"%s\",\"url\":\"u\",\"tree\":[%s],\"truncated\":%s,\"page\":%d,\"total_count\":%d}"
              .formatted(
                  id,
                  joined(entries.subList(from, to), Entry::json),
                  to < entries.size(),
                  page,
                  entries.size()));
    }

    private Answer missing() {
      return new Answer(404, error(404), Map.of());
    }

    @Override
    public String error(int status) {
      return "{\"errors\":[],\"message\":\"The target couldn't be found.\",\"url\":\"u\"}";
    }
  }

  /** GitLab's REST API, version 4, and the sizes of its GraphQL. */
  record GitLab(ForgeServer server) implements ForgeShape {

    @Override
    public Answer answer(String path, Map<String, String> query) {
      String[] parts = parts(path);
      String id = URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
      return switch (parts[0]) {
        case "groups" -> group(id, parts, path, query);
        case "users" -> {
          var all = server.isGroup(id) ? List.<Hosted>of() : server.of(id);
          yield all.isEmpty() ? missing("User") : projects(all, path, query);
        }
        case "projects" -> project(id, parts);
        default -> missing("");
      };
    }

    @Override
    public Answer query(ForgeServer.Request request) {
      return request.target().endsWith("/api/graphql")
          ? GitLabQuery.of(request.body()).answer(server, request.headers())
          : missing("");
    }

    private Answer group(String id, String[] parts, String path, Map<String, String> query) {
      if (!server.isGroup(id)) {
        return missing("Group");
      }
      if (parts.length == 2) {
        return Answer.ok(json(id));
      }
      return parts[2].equals("projects")
          ? projects(server.of(id), path, query)
          : numbered(server, server.groupsIn(id), query, GitLab::json);
    }

    private Answer projects(List<Hosted> all, String path, Map<String, String> query) {
      return numbered(server, all, query, each -> json(each, query.containsKey("simple")));
    }

    private Answer project(String id, String[] parts) {
      var found = server.find(server.nowOf(id).orElse(id));
      if (found.isEmpty()) {
        return missing("Project");
      }
      return parts.length == 2
          ? Answer.ok(json(found.get(), false))
          : commit(found.get(), parts[4], "id");
    }

    private Answer missing(String what) {
      return new Answer(404, "{\"message\":\"404 " + what + " Not Found\"}", Map.of());
    }

    @Override
    public String error(int status) {
      return "{\"message\":\"" + status + " Unauthorized\"}";
    }

    private static String json(String group) {
      return "{\"id\":7,\"name\":\"G\",\"path\":\"%s\",\"full_path\":\"%s\",\"kind\":\"group\"}"
          .formatted(group.substring(group.lastIndexOf('/') + 1), group);
    }

    private static String json(Hosted hosted, boolean simple) {
      return "{\"id\":%d,\"name\":\"N\",\"path\":\"%s\",\"path_with_namespace\":\"%s\",\"default_branch\":\"%s\"%s}"
          .formatted(
              hosted.id(),
              hosted.name(),
              hosted.path(),
              hosted.branch(),
              simple ? "" : ",\"archived\":" + hosted.archived());
    }
  }

  /** Bitbucket Cloud's REST API, version 2.0. */
  record Bitbucket(ForgeServer server) implements ForgeShape {

    @Override
    public Answer answer(String path, Map<String, String> query) {
      String[] parts = parts(path);
      if (parts.length == 2) {
        return list(server.of(parts[1]), path, query);
      }
      var found = server.find(parts[1] + "/" + parts[2]);
      if (found.isEmpty()) {
        return new Answer(404, error(404), Map.of());
      }
      return parts.length == 3
          ? Answer.ok(json(found.get()))
          : commit(found.get(), parts[4], "hash");
    }

    private Answer list(List<Hosted> all, String path, Map<String, String> query) {
      if (all.isEmpty()) {
        return new Answer(404, error(404), Map.of());
      }
      int size =
          Math.min(Integer.parseInt(query.getOrDefault("pagelen", "10")), server.largestPage());
      int page = Integer.parseInt(query.getOrDefault("page", "1"));
      int to = Math.min(page * size, all.size());
      String next =
          to < all.size()
              ? ",\"next\":\""
                  + server.believedUrl()
                  + "/"
                  + path
                  + "?"
                  + text(query, "page", page + 1)
                  + "\""
              : "";
      return Answer.ok(
          "{\"values\":[%s]%s}"
              .formatted(joined(all.subList((page - 1) * size, to), Bitbucket::json), next));
    }

    @Override
    public String error(int status) {
      return "{\"type\":\"error\",\"error\":{\"message\":\"Repository not found\"}}";
    }

    private static String json(Hosted hosted) {
      return "{\"full_name\":\"%s\",\"mainbranch\":{\"name\":\"%s\"}}"
          .formatted(hosted.path(), hosted.branch());
    }
  }

  /** The API of mesa.dev's depot, version 1. */
  record Mesa(ForgeServer server) implements ForgeShape {

    @Override
    public Answer answer(String path, Map<String, String> query) {
      String[] parts = parts(path);
      if (parts.length == 2 && parts[1].equals("repos")) {
        var all = server.of(parts[0]);
        return all.isEmpty()
            ? new Answer(404, error(404), Map.of())
            : paged("repos", all, query, Mesa::json);
      }
      var found = server.find(parts[0] + "/" + parts[1]);
      if (found.isEmpty()) {
        return new Answer(404, error(404), Map.of());
      }
      return switch (parts.length < 3 ? "" : parts[2]) {
        case "" -> Answer.ok(json(found.get()));
        case "commits" -> commit(found.get(), parts[3], "sha");
        default -> paged("entries", files(found.get(), query.get("ref")), query, Entry::mesa);
      };
    }

    private List<Entry> files(Hosted hosted, String commit) {
      return entries(hosted, commit + "^{tree}", true);
    }

    private <T> Answer paged(
        String name, List<T> all, Map<String, String> query, Function<T, String> json) {
      int size =
          Math.min(Integer.parseInt(query.getOrDefault("limit", "1000")), server.largestPage());
      int from = Integer.parseInt(query.getOrDefault("cursor", "0"));
      int to = Math.min(from + size, all.size());
      return Answer.ok(
          "{\"%s\":[%s],\"next_cursor\":%s,\"has_more\":%s}"
              .formatted(
                  name,
                  joined(all.subList(from, to), json),
                  to < all.size() ? "\"" + to + "\"" : "null",
                  to < all.size()));
    }

    @Override
    public String error(int status) {
      return "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"Not found\"}}";
    }

    private static String json(Hosted hosted) {
      return "{\"id\":\"r%d\",\"org\":\"%s\",\"name\":\"%s\",\"default_branch\":\"%s\"}"
          .formatted(hosted.id(), hosted.owner(), hosted.name(), hosted.branch());
    }
  }

  /** One line of {@code git ls-tree -l}. */
  record Entry(String mode, String type, String id, String size, String path) {

    /** As GitHub and Gitea have it. */
    String json() {
      return "{\"path\":\"%s\",\"mode\":\"%s\",\"type\":\"%s\",\"sha\":\"%s\"%s,\"url\":\"u\"}"
          .formatted(path, mode, type, id, size.equals("-") ? "" : ",\"size\":" + size);
    }

    String mesa() {
      boolean file = type.equals("blob");
      return "{\"type\":\"%s\",\"name\":\"%s\",\"path\":\"%s\",\"sha\":\"%s\"%s}"
          .formatted(
              file ? "file" : "dir",
              path.substring(path.lastIndexOf('/') + 1),
              path,
              id,
              file ? ",\"size\":" + size + ",\"executable\":" + mode.endsWith("755") : "");
    }
  }

  static List<Entry> entries(Hosted hosted, String tree, boolean recursive) {
    var origin = hosted.origin().orElseThrow();
    var listed =
        recursive
            ? origin.git("ls-tree", "-r", "-t", "-l", "-z", tree)
            : origin.git("ls-tree", "-l", "-z", tree);
    var entries = new ArrayList<Entry>();
    for (String line : listed.text().split("\0")) {
      if (line.isEmpty()) {
        // An empty tree.
        continue;
      }
      String[] fields = line.substring(0, line.indexOf('\t')).split(" +");
      entries.add(
          new Entry(
              fields[0], fields[1], fields[2], fields[3], line.substring(line.indexOf('\t') + 1)));
    }
    return entries;
  }

  /** A commit by the digits its id begins with. */
  private static Answer commit(Hosted hosted, String digits, String member) {
    var all = hosted.origin().orElseThrow().git("rev-list", "--all").text().lines().toList();
    return all.stream()
        .filter(id -> id.startsWith(digits))
        .findFirst()
        .map(id -> Answer.ok("{\"" + member + "\":\"" + id + "\",\"message\":\"m\"}"))
        .orElseGet(() -> new Answer(404, "{\"message\":\"no commit\"}", Map.of()));
  }

  /** Pages with {@code Link} headers. */
  private static Answer linked(
      ForgeServer server,
      List<Hosted> all,
      String path,
      Map<String, String> query,
      String sizeName,
      int usual,
      Function<Hosted, String> json) {
    int size =
        Math.min(
            Integer.parseInt(query.getOrDefault(sizeName, Integer.toString(usual))),
            server.largestPage());
    int page = Integer.parseInt(query.getOrDefault("page", "1"));
    int from = Math.min((page - 1) * size, all.size());
    int to = Math.min(from + size, all.size());
    var answer = Answer.ok("[" + joined(all.subList(from, to), json) + "]");
    int last = (all.size() + size - 1) / size;
    return to >= all.size()
        ? answer
        : answer.with(
            "Link",
            "<%s/%s?%s>; rel=\"next\", <%s/%s?%s>; rel=\"last\""
                .formatted(
                    server.believedUrl(),
                    path,
                    text(query, "page", page + 1),
                    server.believedUrl(),
                    path,
                    text(query, "page", last)));
  }

  /** Pages with {@code X-Next-Page}. */
  private static <T> Answer numbered(
      ForgeServer server, List<T> all, Map<String, String> query, Function<T, String> json) {
    int size =
        Math.min(Integer.parseInt(query.getOrDefault("per_page", "20")), server.largestPage());
    int page = Integer.parseInt(query.getOrDefault("page", "1"));
    int from = Math.min((page - 1) * size, all.size());
    int to = Math.min(from + size, all.size());
    return Answer.ok("[" + joined(all.subList(from, to), json) + "]")
        .with("X-Page", Integer.toString(page))
        .with("X-Next-Page", to < all.size() ? Integer.toString(page + 1) : "");
  }

  private static <T> String joined(List<T> all, Function<T, String> json) {
    return all.stream().map(json).collect(Collectors.joining(","));
  }

  private static String text(Map<String, String> query, String name, int value) {
    var changed = new TreeMap<>(query);
    changed.put(name, Integer.toString(value));
    return changed.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining("&"));
  }

  private static String[] parts(String path) {
    return path.split("/");
  }
}
