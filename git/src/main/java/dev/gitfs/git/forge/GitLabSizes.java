package dev.gitfs.git.forge;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import dev.gitfs.git.store.SizeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The sizes of files of a repository from GitLab's GraphQL API, by their paths: some ninety a
 * request, and several requests at a time on one connection.
 *
 * <p>What is asked for is {@code size}, which is the blob's as git has it, and not {@code rawSize},
 * which for a pointer of Git LFS is that of what it points to. GitLab counts a query's complexity
 * before it runs it: with {@code n} paths and pages of {@code n} this one has (5 + n) · (1 + n/100)
 * + 2. Should a server count otherwise or allow less, it says so, and fewer are asked for at once
 * from then on.
 */
final class GitLabSizes implements SizeSource.OfPaths {

  /** From the API of version 4. */
  private static final String GRAPHQL = "../graphql";

  /** A page as long as the list: the complexity grows with what a page may have. */
  private static final String QUERY =
      "query($project:ID!,$ref:String!,$paths:[String!]!){project(fullPath:$project){repository"
          + "{blobs(ref:$ref,paths:$paths,first:%d){nodes{oid size}}}}}";

  /**
   * Paths in a request: a complexity of 182. Without a token 200 are allowed, which 96 paths come
   * to; with one 250, and a page has no more than 100, so that knowing who asks would save one
   * request in ten.
   */
  private static final int MOST_PATHS = 90;

  /** A server that refuses a query of so few paths will tell nothing worth the requests. */
  private static final int FEWEST_PATHS = 10;

  /**
   * Requests under way at a time, so that some seven hundred sizes take one round trip. While a
   * server has not said how many it allows, fewer than the quota leaves to the user.
   */
  private static final int PARALLEL = 8;

  /** As of listings, no repository takes more than one in so many of the requests left. */
  private static final int SHARE = 4;

  /** What came of one request. */
  private enum Outcome {
    TOLD,
    TOO_COMPLEX,
    FAILED
  }

  private final Rest rest;
  private final String path;

  /** Paths in a request from now on; only ever fewer. */
  private volatile int most = MOST_PATHS;

  GitLabSizes(Rest rest, String path) {
    this.rest = rest;
    this.path = path;
  }

  @Override
  public boolean isReady() {
    return rest.isOpen();
  }

  @Override
  public boolean tell(ObjectId commit, List<String> paths, Sink sink) throws InterruptedException {
    long requests = 1 + rest.spare() / SHARE;
    var failed = new AtomicBoolean();
    var batches = new ArrayList<Callable<Void>>();
    for (int from = 0; from < paths.size() && batches.size() < requests; from += MOST_PATHS) {
      List<String> batch = paths.subList(from, Math.min(paths.size(), from + MOST_PATHS));
      batches.add(() -> {
        if (!failed.get() && !ask(commit, batch, sink)) {
          failed.set(true);
        }
        return null;
      });
    }
    try (var threads = Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().factory())) {
      for (Future<Void> done : threads.invokeAll(batches)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return !failed.get();
  }

  /** Asks in as many requests as it takes; returns whether each was answered. */
  private boolean ask(ObjectId commit, List<String> batch, Sink sink) throws InterruptedException {
    if (most < FEWEST_PATHS) {
      return false;
    }
    if (batch.size() > most) {
      int half = batch.size() / 2;
      return ask(commit, batch.subList(0, half), sink)
          && ask(commit, batch.subList(half, batch.size()), sink);
    }
    return switch (send(commit, batch, sink)) {
      case TOLD -> true;
      case FAILED -> false;
      case TOO_COMPLEX -> {
        reduce(batch.size() / 2);
        yield ask(commit, batch, sink);
      }
    };
  }

  private synchronized void reduce(int paths) {
    most = Math.min(most, paths);
  }

  private Outcome send(ObjectId commit, List<String> batch, Sink sink) throws InterruptedException {
    var question = new JsonObject();
    question.addProperty("query", QUERY.formatted(batch.size()));
    question.add(
        "variables",
        new Gson().toJsonTree(Map.of("project", path, "ref", commit.name(), "paths", batch)));
    return rest.post(GRAPHQL, question.toString(), (json, _) -> read(json, sink))
            instanceof Reply.Told(var outcome)
        ? outcome
        : Outcome.FAILED;
  }

  /** Errors come with status 200. */
  private static Outcome read(JsonReader json, Sink sink) throws IOException {
    var answer = JsonParser.parseReader(json).getAsJsonObject();
    if (answer.get("errors") instanceof JsonArray errors && !errors.isEmpty()) {
      String message = Dialect.text(errors.get(0).getAsJsonObject(), "message").orElse("no reason");
      if (message.contains("complexity")) {
        return Outcome.TOO_COMPLEX;
      }
      throw new IOException(message);
    }
    if (!(answer.getAsJsonObject("data").get("project") instanceof JsonObject project)
        || !(project.get("repository") instanceof JsonObject repository)
        || !(repository.get("blobs") instanceof JsonObject blobs)) {
      // What a user may not see is not there.
      return Outcome.FAILED;
    }
    for (var node : blobs.getAsJsonArray("nodes")) {
      var id = Dialect.text(node.getAsJsonObject(), "oid").filter(ObjectId::isId);
      // A number on old servers, a text on those of today.
      var size =
          Dialect.text(node.getAsJsonObject(), "size").filter(FileList.SIZE.asMatchPredicate());
      if (id.isPresent() && size.isPresent()) {
        sink.size(ObjectId.fromString(id.get()), Long.parseLong(size.get()));
      }
    }
    return Outcome.TOLD;
  }
}
