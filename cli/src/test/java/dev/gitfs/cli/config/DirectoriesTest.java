package dev.gitfs.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoriesTest {

  private static final Path HOME = Path.of("/home/u");

  @TempDir private Path temporary;

  @Test
  void theUsualPlacesAreInTheHomeDirectory() {
    assertThat(of(Map.of(), HOME, 1000))
        .isEqualTo(
            new Directories(
                Path.of("/home/u/.config/git-fs"),
                Path.of("/home/u/.cache/git-fs"),
                Path.of("/home/u/.local/state/git-fs"),
                Path.of("/tmp/git-fs-1000")));
  }

  @Test
  void homeOfTheEnvironmentComesFirst() {
    assertThat(of(Map.of("HOME", "/h"), HOME, 1).cache()).isEqualTo(Path.of("/h/.cache/git-fs"));
  }

  @Test
  void theEnvironmentNamesOthers() {
    var environment =
        Map.of(
            "XDG_CONFIG_HOME", "/o",
            "XDG_CACHE_HOME", "/c",
            "XDG_STATE_HOME", "/s",
            "XDG_RUNTIME_DIR", "/run/user/1");

    assertThat(of(environment, HOME, 1))
        .isEqualTo(
            new Directories(
                Path.of("/o/git-fs"),
                Path.of("/c/git-fs"),
                Path.of("/s/git-fs"),
                Path.of("/run/user/1/git-fs")));
  }

  @Test
  void aRelativePathInTheEnvironmentCountsAsNone() {
    var environment = Map.of("XDG_CACHE_HOME", "c", "XDG_RUNTIME_DIR", "");

    assertThat(of(environment, HOME, 7)).isEqualTo(of(Map.of(), HOME, 7));
  }

  @Test
  void aPrivateDirectoryIsForItsOwnerAlone() throws IOException {
    Path directory = temporary.resolve("a/b");

    Directories.createPrivate(directory);

    assertThat(permissions(directory)).isEqualTo("rwx------");
  }

  @Test
  void anOpenDirectoryOfOursIsClosed() throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

    Directories.createPrivate(directory);

    assertThat(permissions(directory)).isEqualTo("rwx------");
  }

  @Test
  void aLinkThatSomebodyPutThereFirstIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);

    assertThatThrownBy(() -> Directories.createPrivate(link))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a directory of yours");
  }

  @Test
  void aUserWithoutAHomeHasADirectoryOfTheirOwnInTmp() {
    assertThat(of(Map.of("HOME", ""), Path.of("?"), 7))
        .isEqualTo(
            new Directories(
                Path.of("/tmp/git-fs-7/.config/git-fs"),
                Path.of("/tmp/git-fs-7/.cache/git-fs"),
                Path.of("/tmp/git-fs-7/.local/state/git-fs"),
                Path.of("/tmp/git-fs-7")));
  }

  @Test
  void aRuntimeDirectoryThatOthersMayChangeCountsAsNone() {
    var environment = Map.of("XDG_RUNTIME_DIR", "/run/user/1");

    assertThat(Directories.of(environment, HOME, 7, _ -> false).runtime())
        .isEqualTo(Path.of("/tmp/git-fs-7"));
  }

  @Test
  void aRuntimeDirectoryTooLongForASocketCountsAsNone() {
    var longest = Map.of("XDG_RUNTIME_DIR", "/" + "r".repeat(84));
    var longer = Map.of("XDG_RUNTIME_DIR", "/" + "r".repeat(85));

    assertThat(of(longest, HOME, 7).runtime().resolve("4194304.socket").toString()).hasSize(107);
    assertThat(of(longer, HOME, 7).runtime()).isEqualTo(Path.of("/tmp/git-fs-7"));
  }

  private static Directories of(Map<String, String> environment, Path home, int userId) {
    return Directories.of(environment, home, userId, _ -> true);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
