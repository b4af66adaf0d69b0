package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** What is said to whom. */
final class ProtocolV2Test {

  private static final ObjectId BLOB = ObjectId.fromString("1".repeat(40));
  private static final ObjectId COMMIT = ObjectId.fromString("2".repeat(40));

  @Test
  void wantsAreOrderedWhereTheServerKnowsOfWhatIsShallow() {
    assertThat(fetch("shallow filter", List.of())).contains("shallow " + COMMIT.name());
    assertThat(fetch("filter", List.of()))
        .contains("want " + BLOB.name())
        .doesNotContain("shallow");
  }

  /** Else it would leave out what is not here. */
  @Test
  void havesNeverGoWithoutTheirBoundary() {
    assertThat(fetch("filter", List.of(COMMIT)))
        .contains("have " + COMMIT.name(), "shallow " + COMMIT.name());
  }

  private static String fetch(String features, List<ObjectId> haves) {
    var protocol = new ProtocolV2(new Advertisement.V2(Map.of("fetch", features)));
    var request = new FetchRequest(List.of(BLOB), haves, List.of(COMMIT), 0, Optional.empty());
    return new String(protocol.fetch(request).body(), US_ASCII);
  }
}
