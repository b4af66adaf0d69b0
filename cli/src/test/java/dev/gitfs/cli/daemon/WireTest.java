package dev.gitfs.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.fuse.linux.RawPath;
import dev.gitfs.git.background.BackgroundFailures;
import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Hosted;
import dev.gitfs.git.forge.Token;
import dev.gitfs.git.store.PrefetchStatistics;
import dev.gitfs.git.store.RequestCounts;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {

  private static final MountSummary SUMMARY =
      new MountSummary(
          Path.of("/mnt/a b"),
          "0:47",
          true,
          "https://host/r",
          "refs/heads/main",
          "0123456789012345678901234567890123456789",
          Instant.parse("2026-11-22T10:00:00.123456Z"),
          42,
          Path.of("/log"),
          new MountState(
              "offline",
              Instant.parse("2026-11-22T11:00:00Z"),
              Optional.of(Instant.parse("2026-11-22T12:00:00.5Z")),
              Optional.of("no connection")),
          new BackgroundFailures(
              2, Optional.of(new BackgroundFailures.Failure("poll", "no luck", Instant.EPOCH))));

  private static final MountSummary PLAIN =
      new MountSummary(
          Path.of("/m"),
          "0:48",
          false,
          "/r",
          "refs/tags/v1",
          "0123456789012345678901234567890123456789",
          Instant.EPOCH,
          1,
          Path.of("/log"),
          new MountState("fixed", Instant.EPOCH, Optional.empty(), Optional.empty()),
          BackgroundFailures.NONE);

  static List<Message> messages() {
    return List.of(
        new Message.Mount(
            new MountRequest(
                "https://u:p@host/r?a=b&c=<d>",
                Optional.of(
                    new Hosted(
                        new Forge(
                            "work",
                            ForgeKind.GITLAB,
                            "https://host",
                            Optional.of("https://host/api"),
                            Optional.of(
                                new Token("secret", "token-file x", Optional.of(Path.of("/x")))),
                            List.of("a", "b")),
                        "a/b/c")),
                List.of("work/a"),
                List.of("work/a/*/secret", "work/b"),
                Optional.of("v1"),
                Path.of("/mnt/a b"),
                Path.of("/cache"),
                ByteSize.mebibytes(96),
                ByteSize.gibibytes(10),
                PrefetchMode.ALL,
                List.of("a/**/*.c", "\\x20b"),
                false,
                true,
                Duration.ofSeconds(60),
                KernelOptions.parse(List.of("noexec,allow_other")))),
        new Message.Mount(
            new MountRequest(
                "r",
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Path.of("/m"),
                Path.of("/c"),
                new ByteSize(0),
                new ByteSize(Long.MAX_VALUE),
                PrefetchMode.OFF,
                List.of(),
                true,
                false,
                Duration.ofMillis(1500),
                KernelOptions.NONE)),
        new Message.Unmount(Path.of("/mnt"), true),
        new Message.AwaitEnd(RawPath.of(new byte[] {'/', (byte) 0xe9, '%'}), false),
        new Message.ListMounts(),
        new Message.ReadStatistics(Path.of("/mnt/grün")),
        new Message.Prefetch(
            Path.of("/mnt"),
            new PrefetchOrder(
                List.of(new PrefetchOrder.OrderedPath("a\\xff/\\*", "a/*")),
                true,
                3,
                new ByteSize(Long.MAX_VALUE))),
        new Message.Prefetching(new PrefetchProgress(1, new ByteSize(2), 3, 4, 0, "", 0, "")),
        new Message.Prefetched(
            new PrefetchProgress(1, new ByteSize(2), 3, 4, 5, "a/\\xff", 6, "b: lost")),
        new Message.Record(Path.of("/mnt"), Path.of("/config/profiles/build")),
        new Message.StopRecording(Path.of("/mnt")),
        new Message.Recording(),
        new Message.RecordingStopped(new Daemon.Recorded(Path.of("/config/profiles/build"), 3)),
        new Message.Mounted(SUMMARY),
        new Message.Unmounted(true),
        new Message.Refresh(Path.of("/mnt")),
        new Message.Refreshing(new Refreshed(PLAIN, "main: 1234567..89abcde, 1 file changed")),
        new Message.Mounts(List.of(SUMMARY, SUMMARY)),
        new Message.Mounts(List.of()),
        new Message.Statistics(
            new MountStatistics(
                SUMMARY,
                1,
                2,
                new ByteSize(3),
                new ByteSize(4),
                5,
                6,
                7,
                8,
                9,
                Duration.ofNanos(10),
                new PrefetchStatistics(12, 13, 14, 15, 16, 17, 18, 19),
                new ReaderStatistics(25, 26, 27, 28),
                new RequestCounts(20, 21, 22, 23, 24),
                new ByteSize(11))),
        new Message.Failed(Kind.SERVER, "no answer", "a\n\tb"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageArrivesAsItWasSent(Message message) throws IOException {
    assertThat(Wire.decode(Wire.encode(message), Message.class)).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageIsOneLine(Message message) {
    assertThat(Wire.encode(message)).doesNotContain("\n", "\r");
  }

  @Property
  void anyTextArrivesAsItWasSent(@ForAll String text) throws IOException {
    var message = new Message.Failed(Kind.FAILED, text, "");

    assertThat(Wire.decode(Wire.encode(message), Message.Reply.class)).isEqualTo(message);
  }

  @Test
  void aReplyIsNoRequest() {
    String reply = Wire.encode(new Message.Unmounted(true));

    assertThatThrownBy(() -> Wire.decode(reply, Message.Request.class))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Unmounted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "null",
        "x",
        "{\"Unmount\":3}",
        "{\"Unmount\":null}",
        "{\"java.lang.Runtime\":{}}",
        "{\"Mount\":{\"mount\":{\"memory\":\"many\"}}}"
      })
  void whatIsNoMessageIsRefused(String line) {
    assertThatThrownBy(() -> Wire.decode(line, Message.class)).isInstanceOf(IOException.class);
  }

  @Test
  void aRequestToMountDoesNotShowItsSource() {
    assertThat(messages().getFirst().toString()).doesNotContain("u:p");
  }
}
