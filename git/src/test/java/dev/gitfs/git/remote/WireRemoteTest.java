package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** What a remote makes of answers that no server at hand can be made to give. */
class WireRemoteTest {

  private static Remote remote(String answer) {
    var retries = new RetryPolicy(3, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    var transport =
        new Transport() {
          @Override
          public Advertisement advertise() {
            return new Advertisement.V2(Map.of("object-info", "", "fetch", "filter"));
          }

          @Override
          public Exchange send(Request request) {
            return new Exchange() {
              @Override
              public InputStream answer() {
                return new ByteArrayInputStream(answer.getBytes(UTF_8));
              }

              @Override
              public void finish() {}

              @Override
              public void close() {}
            };
          }

          @Override
          public void distrust() {}

          @Override
          public void close() {}
        };
    return new WireRemote("test://repo", transport, retries, new Traffic());
  }

  private static String error(String text) {
    return packet("ERR " + text);
  }

  private static String packet(String text) {
    return "%04x".formatted(text.length() + 4) + text;
  }

  @Test
  void aServerThatRefusesObjectInfoIsNotTrustedWithItAgain() throws Exception {
    try (var remote = remote(error("unknown command 'object-info'"))) {
      assertThat(remote.capabilities().objectInfo()).isTrue();

      Failing.with(Kind.UNSUPPORTED, () -> remote.objectSizes(List.of(ObjectId.zeroId())));

      assertThat(remote.capabilities().objectInfo()).isFalse();
      assertThat(remote.capabilities().filter()).isTrue();
    }
  }

  @Test
  void sizesThatAreNoneAreMalformed() {
    try (var remote = remote(packet("size") + packet("x y z") + "0000")) {
      var failure =
          Failing.with(Kind.SERVER_FAILED, () -> remote.objectSizes(List.of(ObjectId.zeroId())));
      assertThat(failure).hasMessageContaining("3 tries").hasMessageStartingWith("test://repo");
    }
  }

  @Test
  void anUnknownErrorIsPassedOnInTheServersWords() {
    try (var remote = remote(error("the hamster is tired"))) {
      var failure = Failing.with(Kind.SERVER_FAILED, () -> remote.listRefs(List.of()));
      assertThat(failure).hasMessageContaining("the hamster is tired");
    }
  }

  @Test
  void anAnswerWithoutPackIsMalformed() {
    try (var remote = remote("0000")) {
      Failing.with(
          Kind.SERVER_FAILED,
          () ->
              remote.fetch(Setting.objects(ObjectId.zeroId().name()), pack -> pack.readAllBytes()));
    }
  }

  @Test
  void refsBesideThoseAskedForAreLeftOut() throws Exception {
    String id = ObjectId.zeroId().name();
    try (var remote = remote(packet(id + " HEAD\n") + packet(id + " refs/x/y\n") + "0000")) {
      assertThat(remote.listRefs(List.of("refs/x/")))
          .extracting(RemoteRef::name)
          .containsExactly("refs/x/y");
    }
  }
}
