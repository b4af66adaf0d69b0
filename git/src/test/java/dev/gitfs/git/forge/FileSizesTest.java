package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.ForgeServer.Api;
import dev.gitfs.testkit.RequestKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes of files from a forge's API, where its git server does not tell them. */
class FileSizesTest {

  @ParameterizedTest
  @EnumSource(names = {"GITHUB", "GITEA", "MESA"})
  void allSizesComeInOneRequest(Api api) throws Exception {
    try (var hosted = new HostedStore(api);
        var store = hosted.open()) {
      hosted.played.server.largestPage(1000);
      store.resolve(Optional.empty());
      assertThat(store.sizesAlone()).isFalse();
      var truth = hosted.sizes();
      store.fetchSizes(truth.keySet());
      assertThat(store.sizesAlone()).isTrue();
      for (var each : truth.entrySet()) {
        assertThat(store.sizeIfLocal(each.getKey())).hasValue(each.getValue());
      }
      assertThat(hosted.played.server.requests()).hasSize(1);
      // The commit, and nothing for the sizes.
      assertThat(hosted.git.requests(RequestKind.FETCH)).hasSize(1);
    }
  }

  @Test
  void whoLooksAtAFileGetsThatFileAndNoListingOfAll() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      store.resolve(Optional.empty());
      var ids = List.copyOf(hosted.sizes().keySet());
      store.fetchSizes(ids.subList(0, 3));
      assertThat(hosted.played.server.requests()).isEmpty();
      assertThat(store.isLocal(ids.getFirst())).isTrue();
      store.fetchSizes(ids.subList(3, 20));
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertThat(store.isLocal(ids.getLast())).isFalse();
      assertThat(store.sizeIfLocal(ids.getLast())).isPresent();
    }
  }

  @Test
  void sizesAreKeptForTheNextProcess() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB)) {
      var truth = hosted.sizes();
      try (var store = hosted.open()) {
        store.resolve(Optional.empty());
        store.fetchSizes(truth.keySet());
      }
      hosted.played.server.forgetRequests();
      try (var store = hosted.open()) {
        store.resolve(Optional.empty());
        store.fetchSizes(truth.keySet());
        assertThat(hosted.played.server.requests()).isEmpty();
      }
    }
  }

  @Test
  void whoAskAtTheSameTimeShareTheRequest() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      store.resolve(Optional.empty());
      var asked = new ArrayList<Future<?>>();
      for (ObjectId id : hosted.sizes().keySet()) {
        asked.add(
            threads.submit(() -> {
              store.fetchSizes(List.of(id));
              return store.sizeIfLocal(id).orElseThrow();
            }));
      }
      for (var each : asked) {
        each.get();
      }
      assertThat(hosted.played.server.requests()).hasSize(1);
    }
  }

  @Test
  void giteasPagesAreTurned() throws Exception {
    try (var hosted = new HostedStore(Api.GITEA);
        var store = hosted.open()) {
      hosted.played.server.largestPage(100);
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      // 300 files and 10 directories.
      assertThat(hosted.played.server.requests()).hasSize(4);
      assertThat(hosted.git.requests(RequestKind.FETCH)).hasSize(1);
    }
  }

  @Test
  void ofATruncatedTreeTheSubtreesAreAskedFor() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      // Six directories and a bit fit.
      hosted.played.server.mostFiles(6 * (HostedStore.FILES + 1) + 5);
      store.resolve(Optional.empty());
      var truth = hosted.sizes();
      store.fetchSizes(truth.keySet());
      for (var each : truth.entrySet()) {
        assertThat(store.sizeIfLocal(each.getKey())).hasValue(each.getValue());
      }
      // The whole, the root alone, and the four directories it did not get to.
      assertThat(hosted.played.server.requests()).hasSize(6);
      assertThat(hosted.git.requests(RequestKind.FETCH)).hasSize(1);
    }
  }

  @Test
  void ofAFewRequestsThatAreLeftATruncatedTreeTakesAQuarter() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      // After the first 24 are left, 12 of them the user's, and three a quarter of the others.
      hosted.played.server.mostFiles(5).rateLimit(60, 25);
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      assertThat(hosted.played.server.requests()).hasSize(4);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GITHUB", "GITEA", "MESA"})
  void whenTheForgeDoesNotTellTheFilesDo(Api api) throws Exception {
    try (var hosted = new HostedStore(api);
        var store = hosted.open()) {
      hosted.played.server.refuse(403, Map.of());
      store.resolve(Optional.empty());
      var truth = hosted.sizes();
      store.fetchSizes(truth.keySet());
      for (var each : truth.entrySet()) {
        assertThat(store.sizeIfLocal(each.getKey())).hasValue(each.getValue());
      }
      assertThat(hosted.played.server.requests()).hasSize(1);
      assertThat(store.sizesAlone()).isFalse();
    }
  }

  @Test
  void aRateLimitNearItsEndLeavesTheApiAlone() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      hosted.played.server.rateLimit(60, 12);
      hosted.site.list("torvalds");
      hosted.played.server.forgetRequests();
      store.resolve(Optional.empty());
      assertThat(store.sizesAlone()).isFalse();
      store.fetchSizes(hosted.sizes().keySet());
      assertThat(hosted.played.server.requests()).isEmpty();
    }
  }

  @Test
  void aServerWithObjectInfoIsAskedItself() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      hosted.git.offerObjectInfo(true);
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      assertThat(hosted.played.server.requests()).isEmpty();
      assertThat(hosted.git.requests(RequestKind.OBJECT_INFO)).isNotEmpty();
    }
  }

  @Test
  void someNewFilesOfABranchThatMovedAreNotWorthAListing() throws Exception {
    try (var hosted = new HostedStore(Api.GITHUB);
        var store = hosted.open()) {
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      hosted.origin.commit(HostedStore.content(300).file("d0/new", "new"));
      store.resolve(Optional.empty());
      store.fetchSizes(hosted.sizes().keySet());
      assertThat(hosted.played.server.requests()).hasSize(1);
    }
  }
}
