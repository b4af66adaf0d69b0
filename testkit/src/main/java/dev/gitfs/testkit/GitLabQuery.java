package dev.gitfs.testkit;

import dev.gitfs.testkit.ForgeServer.Answer;
import dev.gitfs.testkit.ForgeServer.Hosted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A query of GitLab's GraphQL for some fields of blobs by their paths, the one that the test forge
 * knows, with what it costs there.
 *
 * @param fields of each blob
 * @param first how long a page is to be
 */
record GitLabQuery(String project, String ref, List<String> paths, List<String> fields, int first) {

  private static final Pattern BLOBS =
      Pattern.compile(
          "query\\(\\$project:ID!,\\$ref:String!,\\$paths:\\[String!\\]!\\)"
              + "\\{project\\(fullPath:\\$project\\)\\{repository"
              + "\\{blobs\\(ref:\\$ref,paths:\\$paths,first:([0-9]+)\\)"
              + "\\{nodes\\{([A-Za-z ]+)\\}\\}\\}\\}\\}");

  private static final String TEXT = "\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)");

  /** A page has no more nodes, whatever is asked for. */
  private static final int LARGEST_PAGE = 100;

  private static final int ANYBODYS_COMPLEXITY = 200;
  private static final int USERS_COMPLEXITY = 250;

  /** Of a query as it is posted; one that is not known has no fields. */
  static GitLabQuery of(String json) {
    var query = BLOBS.matcher(text(json, "query"));
    boolean known = query.matches();
    return new GitLabQuery(
        text(json, "project"),
        text(json, "ref"),
        texts(json, "paths"),
        known ? List.of(query.group(2).split(" ")) : List.of(),
        known ? Integer.parseInt(query.group(1)) : 0);
  }

  Answer answer(ForgeServer server, Map<String, String> headers) {
    if (fields.isEmpty()) {
      return error("Parse error");
    }
    int usual =
        headers.keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)
            ? USERS_COMPLEXITY
            : ANYBODYS_COMPLEXITY;
    int allowed = server.mostComplexity().orElse(usual);
    if (complexity() > allowed) {
      return error(
          "Query has complexity of %d, which exceeds max complexity of %d"
              .formatted(complexity(), allowed));
    }
    return Answer.ok(
        "{\"data\":{\"project\":%s}}"
            .formatted(
                server
                    .find(project)
                    .map(hosted ->
                        "{\"repository\":{\"blobs\":{\"nodes\":[%s]}}}".formatted(nodes(hosted)))
                    .orElse("null")));
  }

  /** Each field is one, the page makes the blobs dearer by a hundredth a node. */
  private int complexity() {
    int blobs = 1 + fields.size() + 1 + 1 + paths.size();
    return (int) (blobs * (1 + Math.min(first, LARGEST_PAGE) / 100.0)) + 2;
  }

  private String nodes(Hosted hosted) {
    var wanted = Set.copyOf(paths);
    return ForgeShape.entries(hosted, ref, true).stream()
        .filter(entry -> entry.type().equals("blob") && wanted.contains(entry.path()))
        .limit(Math.min(first, LARGEST_PAGE))
        .map(entry ->
            fields.stream()
                .map(field -> "\"%s\":\"%s\"".formatted(field, value(entry, field)))
                .collect(Collectors.joining(",", "{", "}")))
        .collect(Collectors.joining(","));
  }

  private static String value(ForgeShape.Entry entry, String field) {
    return switch (field) {
      case "oid" -> entry.id();
      // Numbers may exceed 32 bits and are texts therefore.
      case "size" -> entry.size();
      default -> throw new IllegalArgumentException(field);
    };
  }

  private static Answer error(String message) {
    return Answer.ok("{\"errors\":[{\"message\":\"" + message + "\"}]}");
  }

  private static String text(String json, String member) {
    return unescaped(Pattern.compile("\"" + member + "\":" + TEXT).matcher(json).results())
        .findFirst()
        .orElse("");
  }

  private static List<String> texts(String json, String member) {
    Optional<String> array =
        Pattern.compile("\"" + member + "\":\\[((?:" + TEXT + ",?)*)\\]")
            .matcher(json)
            .results()
            .map(found -> found.group(1))
            .findFirst();
    return unescaped(Pattern.compile(TEXT).matcher(array.orElse("")).results()).toList();
  }

  private static Stream<String> unescaped(Stream<MatchResult> found) {
    return found.map(each ->
        ESCAPE
            .matcher(each.group(1))
            .replaceAll(escape -> Matcher.quoteReplacement(unescaped(escape.group(1)))));
  }

  private static String unescaped(String escape) {
    return switch (escape.charAt(0)) {
      case 'u' -> Character.toString(Integer.parseInt(escape.substring(1), 16));
      case 'n' -> "\n";
      case 't' -> "\t";
      default -> escape;
    };
  }
}
