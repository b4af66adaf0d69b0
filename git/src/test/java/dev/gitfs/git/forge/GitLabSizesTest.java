package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.PrefetchRequest;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes of files by their paths, from GitLab's GraphQL. */
class GitLabSizesTest {

  /** Ways in which a forge does not tell what it is asked. */
  private enum Refusal {
    STRANGER(forge -> forge.refuse(401, Map.of())),
    FORBIDDEN(forge -> forge.refuse(403, Map.of())),
    NO_GRAPHQL(forge -> forge.refuse(404, Map.of())),
    TOO_MANY_REQUESTS(forge -> forge.refuse(429, Map.of("Retry-After", "60"))),
    OUT_OF_ORDER(forge -> forge.refuse(502, Map.of())),
    HIDDEN_PROJECT(forge -> forge.say("{\"data\":{\"project\":null}}")),
    EMPTY_REPOSITORY(forge -> forge.say("{\"data\":{\"project\":{\"repository\":null}}}")),
    ERROR(forge -> forge.say("{\"errors\":[{\"message\":\"Timeout on Blob.size\"}]}")),
    ERROR_BESIDE_NOTHING(
        forge -> forge.say("{\"data\":null,\"errors\":[{\"message\":\"Internal\"}]}")),
    OTHER_SHAPE(forge -> forge.say("[]")),
    NO_JSON(forge -> forge.say("<html>maintenance</html>"));

    private final Consumer<ForgeServer> cause;

    Refusal(Consumer<ForgeServer> cause) {
      this.cause = cause;
    }
  }

  @Test
  void sizesOfWhatIsWantedComeByPath() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      assertThat(store.sizesAlone()).isTrue();
      assertThat(store.serverTellsSizes()).isFalse();
      var truth = hosted.sizes("HEAD:d3");
      store.fetchSizes(truth.keySet());
      assertKnown(store, truth);
      assertThat(hosted.played.server.requests()).singleElement().hasToString("POST /api/graphql");
      assertNothingFetched(hosted, store);
      assertThat(store.sizeIfLocal(hosted.sizes("HEAD:d4").keySet().iterator().next())).isEmpty();
    }
  }

  @Test
  void ninetyComeInARequestAndRequestsGoTogether() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      hosted.played.server.delay(Duration.ofMillis(300));
      var truth = hosted.sizes();
      store.fetchSizes(truth.keySet());
      assertKnown(store, truth);
      // 300 files.
      assertThat(hosted.played.server.requests()).hasSize(4);
      assertThat(hosted.played.server.mostAtOnce()).isEqualTo(4);
      assertNothingFetched(hosted, store);
    }
  }

  @Test
  void whatIsAskedAheadOfNeedIsNotAskedAgain() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      hosted.played.server.delay(Duration.ofMillis(300));
      var truth = hosted.sizes("HEAD:d3");
      var ahead = store.prefetch(new PrefetchRequest.Sizes(List.copyOf(truth.keySet())));
      Eventually.holds("they are asked for", () -> !hosted.played.server.requests().isEmpty());
      store.fetchSizes(truth.keySet());
      assertKnown(store, truth);
      assertThat(ahead.await(Duration.ofSeconds(10))).isTrue();
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertNothingFetched(hosted, store);
    }
  }

  @Test
  void whoAskAtTheSameTimeShareTheRequests() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      hosted.played.server.delay(Duration.ofMillis(100));
      var truth = hosted.sizes("HEAD:d3");
      var asked = new ArrayList<Future<?>>();
      for (int i = 0; i < 50; i++) {
        asked.add(
            threads.submit(() -> {
              store.fetchSizes(truth.keySet());
              return null;
            }));
      }
      for (var each : asked) {
        each.get();
      }
      assertKnown(store, truth);
      assertThat(hosted.played.server.requests()).hasSize(1);
    }
  }

  @Test
  void whoLooksAtOneFileGetsThatFile() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      var id = hosted.sizes().keySet().iterator().next();
      store.fetchSizes(List.of(id));
      assertThat(hosted.played.server.requests()).isEmpty();
      assertThat(store.isLocal(id)).isTrue();
    }
  }

  @Test
  void whereAQueryIsTooComplexFewerAreAskedForFromThenOn() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      // 45 paths are 74, and 90 are 182.
      hosted.played.server.mostComplexity(100);
      var some = List.copyOf(hosted.sizes().keySet()).subList(0, 90);
      store.fetchSizes(some);
      assertThat(hosted.played.server.requests()).hasSize(3);
      hosted.played.server.forgetRequests();
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      // 210 in batches of 90, 90 and 30.
      assertThat(hosted.played.server.requests()).hasSize(5);
      assertNothingFetched(hosted, store);
    }
  }

  @Test
  void whereEvenAFewAreTooComplexTheFilesTell() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      hosted.played.server.mostComplexity(5);
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(store.sizesAlone()).isFalse();
      // Each of four batches is halved until ten would be left, at worst.
      assertThat(hosted.played.server.requests()).hasSizeBetween(4, 16);
    }
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void whereTheForgeDoesNotTellTheFilesDo(Refusal refusal) throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      refusal.cause.accept(hosted.played.server);
      store.fetchSizes(hosted.sizes("HEAD:d3").keySet());
      assertKnown(store, hosted.sizes("HEAD:d3"));
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertThat(hosted.git.requests(RequestKind.FETCH)).hasSize(1);
      assertThat(store.sizesAlone()).isFalse();
      // Nor is it asked again.
      store.fetchSizes(hosted.sizes("HEAD:d4").keySet());
      assertKnown(store, hosted.sizes("HEAD:d4"));
      assertThat(hosted.played.server.requests()).hasSize(1);
    }
  }

  @Test
  void afterAFailureTheRestIsNotAskedFor() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB, HostedStore.content(1500));
        var store = openWithTrees(hosted)) {
      hosted.played.server.say("{\"data\":{\"project\":null}}").delay(Duration.ofMillis(100));
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      // Of seventeen.
      assertThat(hosted.played.server.requests()).hasSizeLessThanOrEqualTo(8);
    }
  }

  @Test
  void whatItDoesNotKnowIsLearnedFromTheFiles() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      var told = hosted.sizes("HEAD:d3").entrySet().iterator().next();
      hosted.played.server.say(
          "{\"data\":{\"project\":{\"repository\":{\"blobs\":{\"nodes\":[{\"oid\":\"%s\",\"size\":%d}]}}}}}"
              .formatted(told.getKey().name(), told.getValue()));
      store.fetchSizes(hosted.sizes("HEAD:d3").keySet());
      assertKnown(store, hosted.sizes("HEAD:d3"));
      assertThat(store.isLocal(told.getKey())).isFalse();
      assertThat(hosted.git.requests(RequestKind.FETCH).getFirst().wants())
          .isEqualTo(HostedStore.FILES - 1);
      assertThat(store.sizesAlone()).isTrue();
    }
  }

  @Test
  void filesInTreesThatAreNotHereAreNotAskedFor() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = hosted.open()) {
      store.resolve(Optional.empty());
      store.tree(tree(hosted, "HEAD:d3"));
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertLocal(store, hosted.sizes("HEAD:d3").keySet(), false);
      assertLocal(store, hosted.sizes("HEAD:d4").keySet(), true);
    }
  }

  @Test
  void withoutAnyOfTheTreesNobodyIsAsked() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = hosted.open()) {
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests()).isEmpty();
    }
  }

  @Test
  void namesAreAskedForAsTheyAre() throws Exception {
    var content = new Snapshot();
    for (String name : List.of("a b", "ü", "quo\"te", "back\\slash", "new\nline", "]", "x/y/[0]")) {
      content.file("odd/" + name, "content of " + name);
    }
    byte[] noText = "odd/\u00ff\u00fe".getBytes(StandardCharsets.ISO_8859_1);
    content.put(noText, new Snapshot.File("no text".getBytes(StandardCharsets.UTF_8), false));
    content.link("odd/link", "elsewhere");
    content.submodule("odd/module", "1".repeat(40));
    try (var hosted = new HostedStore(Api.GITLAB, content);
        var store = openWithTrees(hosted)) {
      var files = ids(hosted, "odd/");
      assertThat(files).hasSize(9);
      store.fetchSizes(files.values());
      for (var each : files.entrySet()) {
        assertThat(store.sizeIfLocal(each.getValue()))
            .hasValue(
                Long.parseLong(
                    hosted.origin.git("cat-file", "-s", each.getValue().name()).text().strip()));
      }
      assertThat(hosted.played.server.requests()).hasSize(1);
      // What has no name that JSON could say.
      assertThat(files.values().stream().filter(store::isLocal)).hasSize(1);
    }
  }

  @Test
  void whereTheSameFileStandsTwiceOnePathIsAskedFor() throws Exception {
    var content = new Snapshot();
    for (int i = 0; i < 200; i++) {
      content.file("d" + i + "/same", "the same").file("d" + i + "/other", "the other");
    }
    try (var hosted = new HostedStore(Api.GITLAB, content);
        var store = openWithTrees(hosted)) {
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertNothingFetched(hosted, store);
    }
  }

  @Test
  void manyAreLearnedFromTheFiles() throws Exception {
    int files = 2100;
    try (var hosted = new HostedStore(Api.GITLAB, HostedStore.content(files));
        var store = openWithTrees(hosted)) {
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      // Two thousand, and no more for a while.
      assertThat(hosted.played.server.requests()).hasSize(23);
      assertThat(hosted.played.server.mostAtOnce()).isLessThanOrEqualTo(8);
      assertThat(store.sizesAlone()).isFalse();
      assertThat(hosted.git.requests(RequestKind.FETCH).getFirst().wants()).isEqualTo(files - 2000);
    }
  }

  @Test
  void ofFewRequestsThatAreLeftAQuarterIsTaken() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      // After the listing 19 are left, 12 of them the user's, and one is a quarter of the others.
      hosted.played.server.rateLimit(60, 20);
      hosted.site.list("torvalds");
      hosted.played.server.rateLimit(60, 20 - hosted.played.server.requests().size());
      hosted.played.server.forgetRequests();
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests()).hasSize(2);
    }
  }

  @Test
  void aRateLimitNearItsEndLeavesTheApiAlone() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      hosted.played.server.rateLimit(60, 13);
      hosted.site.list("torvalds");
      hosted.played.server.forgetRequests();
      assertThat(store.sizesAlone()).isFalse();
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests()).isEmpty();
    }
  }

  @Test
  void aServerWithObjectInfoIsAskedItself() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB)) {
      hosted.git.offerObjectInfo(true);
      try (var store = openWithTrees(hosted)) {
        store.fetchSizes(hosted.sizes().keySet());
        assertKnown(store, hosted.sizes());
        assertThat(hosted.played.server.requests()).isEmpty();
        assertThat(hosted.git.requests(RequestKind.OBJECT_INFO)).isNotEmpty();
        assertThat(store.serverTellsSizes()).isTrue();
      }
    }
  }

  @Test
  void newFilesOfABranchThatMovedAreAskedForAlone() throws Exception {
    try (var hosted = new HostedStore(Api.GITLAB);
        var store = openWithTrees(hosted)) {
      store.fetchSizes(hosted.sizes().keySet());
      hosted.origin.commit(
          HostedStore.content(300).file("d0/new", "new").file("d1/newer", "newer"));
      bringTrees(store);
      hosted.git.forgetRequests();
      hosted.played.server.forgetRequests();
      store.fetchSizes(hosted.sizes().keySet());
      assertKnown(store, hosted.sizes());
      assertThat(hosted.played.server.requests())
          .singleElement()
          .extracting(ForgeServer.Request::body)
          .asString()
          .contains("\"paths\":[\"d0/new\",\"d1/newer\"]");
      assertNothingFetched(hosted, store);
    }
  }

  /** With all trees, as a mount has them soon, and its git server's requests forgotten. */
  private static ObjectStore openWithTrees(HostedStore hosted) throws Exception {
    var store = hosted.open();
    bringTrees(store);
    hosted.git.forgetRequests();
    return store;
  }

  private static void bringTrees(ObjectStore store) throws Exception {
    var trees = new PrefetchRequest.Trees(store.resolve(Optional.empty()).commit(), 64 << 20);
    assertThat(store.prefetch(trees).await(Duration.ofSeconds(10))).isTrue();
  }

  private static ObjectId tree(HostedStore hosted, String name) {
    return ObjectId.fromString(hosted.origin.git("rev-parse", name).text().strip());
  }

  /** Files below a directory, by their names as git quotes them. */
  private static Map<String, ObjectId> ids(HostedStore hosted, String directory) {
    var ids = new TreeMap<String, ObjectId>();
    for (String line :
        hosted.origin.git("ls-tree", "-r", "HEAD", directory).text().lines().toList()) {
      if (line.contains(" blob ")) {
        ids.put(
            line.substring(line.indexOf('\t') + 1), ObjectId.fromString(line.substring(12, 52)));
      }
    }
    return ids;
  }

  private static void assertKnown(ObjectStore store, Map<ObjectId, Long> truth) throws Exception {
    assertThat(truth).isNotEmpty();
    for (var each : truth.entrySet()) {
      assertThat(store.sizeIfLocal(each.getKey())).hasValue(each.getValue());
    }
  }

  private static void assertNothingFetched(HostedStore hosted, ObjectStore store) {
    assertThat(hosted.git.requests(RequestKind.FETCH)).isEmpty();
    assertLocal(store, hosted.sizes().keySet(), false);
  }

  private static void assertLocal(ObjectStore store, Collection<ObjectId> ids, boolean local) {
    assertThat(ids).isNotEmpty().allMatch(id -> store.isLocal(id) == local);
  }
}
