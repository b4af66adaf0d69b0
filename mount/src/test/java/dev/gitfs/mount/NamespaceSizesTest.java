package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sizes of files where a forge's API tells them by path, and its git server does not. */
final class NamespaceSizesTest {

  private static final int DIRECTORIES = 150;
  private static final int FILMS = 8;
  private static final int FILM_BYTES = 256 << 10;

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server =
      new HttpBackendServer(repositories).offerObjectInfo(false);
  private final ForgeServer gitlab = new ForgeServer(ForgeServer.Api.GITLAB);
  private TestNamespace namespace;

  @BeforeEach
  void host() {
    var random = new Random(4);
    var content = new Snapshot().file("README", "films\n");
    for (int i = 0; i < DIRECTORIES; i++) {
      content
          .file("src/d%03d/Kconfig".formatted(i), "config " + i)
          .file("src/d%03d/x.c".formatted(i), "" + i);
    }
    for (int i = 0; i < FILMS; i++) {
      byte[] film = new byte[FILM_BYTES + i];
      random.nextBytes(film);
      content.file("films/f%02d".formatted(i), film);
    }
    TestRepository cinema = repositories.create("acme/cinema.git");
    cinema.commit(content);
    gitlab.group("acme").repository("acme/cinema", cinema);
  }

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    gitlab.close();
    server.close();
    repositories.close();
  }

  private void mount(PrefetchMode prefetch) throws Exception {
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.prefetch(prefetch),
            new Forge(
                "gitlab",
                ForgeKind.GITLAB,
                server.url(""),
                Optional.of(gitlab.url()),
                Optional.empty(),
                List.of("acme")));
  }

  /** As {@code ls -l} shows them. */
  private static String films() {
    return IntStream.range(0, FILMS)
        .mapToObj(i -> "%d f%02d\n".formatted(FILM_BYTES + i, i))
        .collect(Collectors.joining());
  }

  private List<ForgeServer.Request> queries() {
    return gitlab.requests().stream().filter(each -> each.method().equals("POST")).toList();
  }

  /** What came by git: of the films, each would be a quarter of a megabyte. */
  private long bytesFetched() {
    return namespace.mount().network().bytesReceived();
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "ATTRIBUTES", "ADAPTIVE"})
  void aDirectoryOfLargeFilesIsListedWithoutThem(PrefetchMode prefetch) throws Exception {
    mount(prefetch);
    assertThat(namespace.shell("ls -l gitlab/acme/cinema/films | awk 'NR > 1 { print $5, $9 }'"))
        .isEqualTo(films());
    assertThat(queries()).isNotEmpty().hasSizeLessThanOrEqualTo(2);
    assertThat(bytesFetched()).isLessThan(FILM_BYTES / 2);
  }

  @Test
  void whoReadsOneFileOfADirectoryHeHasNotListedAsksNoApi() throws Exception {
    mount(PrefetchMode.OFF);
    assertThat(namespace.shell("cat gitlab/acme/cinema/films/f03 | wc -c").strip())
        .isEqualTo(Integer.toString(FILM_BYTES + 3));
    assertThat(queries()).isEmpty();
    assertThat(bytesFetched()).isLessThan(2 * FILM_BYTES);
  }

  @Test
  void filesOfOneNameAreForeseenFromLooksAsWhereNobodyTellsSizes() throws Exception {
    mount(PrefetchMode.ADAPTIVE);
    String each =
        "cd gitlab/acme/cinema/src; for i in $(seq 0 149); do cat d$(printf %03d $i)/Kconfig; done";
    assertThat(namespace.shell(each)).startsWith("config 0config 1").endsWith("config 149");
    assertThat(queries()).isEmpty();
    assertThat(server.requests(RequestKind.FETCH)).hasSizeLessThan(DIRECTORIES / 2);
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "ADAPTIVE"})
  void whereTheForgeDoesNotTellTheFilesDo(PrefetchMode prefetch) throws Exception {
    gitlab.refuse(403, Map.of());
    mount(prefetch);
    assertThat(namespace.shell("ls -l gitlab/acme/cinema/films | awk 'NR > 1 { print $5, $9 }'"))
        .isEqualTo(films());
    assertThat(server.requests(RequestKind.FETCH)).anyMatch(each -> each.wants() > 1);
    assertThat(bytesFetched()).isGreaterThan(FILM_BYTES);
  }
}
