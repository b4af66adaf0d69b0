package dev.gitfs.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Token;
import dev.gitfs.mount.prefetch.PrefetchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user may set, and how a mistake is told. */
class SettingsFileTest {

  @TempDir private Path home;

  private final Map<String, String> environment = new HashMap<>();

  @Test
  void withoutAFileTheDefaultsHold() throws Exception {
    var settings = read();
    assertThat(settings.file()).isEmpty();
    assertThat(settings.mountPoint()).isEqualTo(home.resolve("git"));
    assertThat(settings.poll()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.idle()).isEqualTo(Duration.ofMinutes(30));
    assertThat(settings.memory()).isEqualTo(Defaults.MEMORY);
    assertThat(settings.forges())
        .extracting(Forge::name)
        .containsExactly("github", "gitlab", "bitbucket", "codeberg", "mesa");
    assertThat(settings.rules().permits("github", "anybody/anything")).isTrue();
    assertThat(settings.notes()).isEmpty();
  }

  @Test
  void anEmptyFileChangesNothing() throws Exception {
    write("");
    assertThat(read())
        .usingRecursiveComparison()
        .ignoringFields("file")
        .isEqualTo(Settings.usual(home, home.resolve(".cache/git-fs")));
  }

  @Test
  void allThatCanBeSetIsRead() throws Exception {
    environment.put("WORK_TOKEN", "from-the-environment\n");
    Path token = home.resolve("secret");
    Files.writeString(token, "from-a-file\n");
    chmod(token, "rw-------");
    write(
        """
        mount-point = "~/src"
        poll = "2m"
        idle = "1h"
        cache-dir = "/var/cache/git-fs"
        cache-size = "20G"
        memory = "128M"
        prefetch = "attributes"

        [allow]
        allow = ["github/torvalds", "work/*"]
        deny = ["github/torvalds/secret"]

        [forge.github]
        token-file = "~/secret"
        owners = ["torvalds", "git"]

        [forge.work]
        kind = "gitlab"
        url = "https://gitlab.example.com/"
        api = "https://api.example.com/v4"
        token-env = "WORK_TOKEN"

        [forge."here"]
        kind = "local"
        url = "~/repositories"

        [forge.kernel]
        kind = "plain"
        url = "https://my_git:3000/scm"
        token = "inline"
        """);
    var settings = read();
    assertThat(settings.file()).contains(file());
    assertThat(settings.mountPoint()).isEqualTo(home.resolve("src"));
    assertThat(settings.poll()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.idle()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.cacheDirectory()).isEqualTo(Path.of("/var/cache/git-fs"));
    assertThat(settings.cacheSize()).isEqualTo(ByteSize.gibibytes(20));
    assertThat(settings.memory()).isEqualTo(ByteSize.mebibytes(128));
    assertThat(settings.prefetch()).isEqualTo(PrefetchMode.ATTRIBUTES);
    assertThat(settings.rules().permits("github", "torvalds/linux")).isTrue();
    assertThat(settings.rules().permits("github", "torvalds/secret")).isFalse();
    assertThat(settings.rules().permits("github", "gregkh/linux")).isFalse();
    assertThat(settings.forges())
        .contains(
            new Forge(
                "github",
                ForgeKind.GITHUB,
                "https://github.com",
                Optional.empty(),
                Optional.of(Token.read(home.resolve("secret"))),
                List.of("torvalds", "git")),
            new Forge(
                "work",
                ForgeKind.GITLAB,
                "https://gitlab.example.com",
                Optional.of("https://api.example.com/v4"),
                Optional.of(Token.ofVariable("WORK_TOKEN", "from-the-environment")),
                List.of()),
            Forge.of("here", ForgeKind.LOCAL, home.resolve("repositories").toString()),
            Forge.of("kernel", ForgeKind.PLAIN, "https://my_git:3000/scm")
                .with(new Token("inline")));
    assertThat(settings.forges()).hasSize(8);
    assertThat(settings.notes()).isEmpty();
    assertThat(settings.toString()).doesNotContain("inline", "from-a", "from-the");
  }

  @Test
  void theExampleOfTheDocumentationIsRead() throws Exception {
    Path documentation = Path.of(System.getProperty("gitfs.home"), "docs/CONFIGURATION.md");
    var example =
        Files.readAllLines(documentation).stream()
            .filter(line -> line.startsWith("    "))
            .collect(Collectors.joining("\n"));
    environment.put("GITHUB_TOKEN", "x");
    write(example);
    Path token = file().resolveSibling("work.token");
    Files.writeString(token, "y");
    chmod(token, "rw-------");
    var settings = read();
    assertThat(settings.notes()).isEmpty();
    // What it says of defaults is what they are.
    var usual = Settings.usual(home, home.resolve(".cache/git-fs"));
    assertThat(settings)
        .usingRecursiveComparison()
        .ignoringFields("file", "forges", "rules")
        .isEqualTo(usual);
    assertThat(settings.forges()).hasSize(usual.forges().size() + 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          pool = "60s"                         | 1:1 | unknown key 'pool'; known are mount-point, poll, idle
          poll = "soon"                        | 1:1 | 'soon' is no duration; write it like 60s
          poll = 60                            | 1:1 | 'poll' is to be a text in quotes
          poll = "1s"                          | 1:1 | too short; at least 5s
          memory = "lots"                      | 1:1 | 'lots' is no size
          memory = "1M"                        | 1:1 | too little; at least 16 MiB
          prefetch = "everything"              | 1:1 | not one of off, attributes, adaptive, all
          mount-point = "src"                  | 1:1 | no absolute path; begin it with / or ~/
          allow = "github/x"                   | 1:1 | 'allow' is to be a table: [allow]
          [allow];allow = "github/x"           | 2:1 | 'allow' is to be a list of texts
          [allow];allow = ["a", 2]             | 2:15 | each of 'allow' is to be a text
          [allow];deny = ["github/x/"]         | 2:1 | 'github/x/' is no rule; write it like
          [allow];forbid = []                  | 2:1 | unknown key 'forbid' in [allow]; known are allow, deny
          [forge.x];kind = "github"            |     | [forge.x] needs url
          [forge.x];url = "https://h"          |     | [forge.x] needs kind, one of github, gitlab
          [forge.x];kind = "svn"               | 2:1 | no kind of forge; allowed are github, gitlab
          [forge.github];url = "github.com"    | 2:1 | no https or http URL
          [forge.github];url = "https://u:p@h" | 2:1 | holds no user or password
          [forge.github];url = "https://u:p@h_1" | 2:1 | holds no user or password
          [forge.github];tokn = "x"            | 2:1 | unknown key 'tokn' in [forge.github]; known are kind, url, api, token
          [forge.github];token-file = "/no/x"  | 2:1 | /no/x: there is no such file
          [forge.github];token = ""            | 2:1 | a token is one line of text
          [forge."a/b"];kind = "local"         | 1:1 | cannot name a forge
          [forge.x];kind = "plain";url = "x"   | 3:1 | 'x' is no URL; allowed are https
          [forge.x];kind = "plain";url = "https://h";api = "https://h" | 4:1 | of kind plain has no api
          poll = "60s                          | 1:  | it is to be TOML
          [allow                               | 1:  | it is to be TOML
          """)
  void aMistakeIsToldWithItsPlaceAndWhatIsAllowed(String text, String place, String why)
      throws IOException {
    write(text.replace(';', '\n'));
    String at = place == null ? "" : ":" + place;
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(file() + at)
        .hasMessageContaining(why);
  }

  @Test
  void aTokenThatEverybodyMayReadIsRefused() throws IOException {
    Path token = home.resolve("secret");
    Files.writeString(token, "t0ken");
    chmod(token, "rw-r--r--");
    write("[forge.github]\ntoken-file = \"" + token + "\"");
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(":2:1: everybody can read")
        .hasMessageContaining("chmod 600 " + token);

    write("[forge.github]\ntoken = \"t0ken\"");
    chmod(file(), "rw-r--r--");
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("chmod 600 " + file())
        .hasMessageNotContaining("t0ken");
  }

  @Test
  void twoTokensAreOneTooMany() throws IOException {
    write("[forge.github]\ntoken = \"a\"\ntoken-env = \"B\"");
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("3:1: give one of token, token-env and token-file");
  }

  @Test
  void aVariableThatIsNotSetIsNoted() throws Exception {
    write("[forge.github]\ntoken-env = \"NO_SUCH\"");
    var settings = read();
    assertThat(settings.notes())
        .singleElement()
        .asString()
        .contains(":2:1: NO_SUCH is not set; github is asked without a token");
    assertThat(settings.forges().getFirst().token()).isEmpty();
  }

  @Test
  void aTokenOverPlainHttpIsNoted() throws Exception {
    write(
        """
        [forge.work]
        kind = "gitea"
        url = "http://git.example.org"
        token = "x"
        """);
    assertThat(read().notes()).singleElement().asString().contains("use https");
  }

  @Test
  void aFileThatWasNamedMustBeThere() {
    assertThatThrownBy(
            () -> SettingsFile.read(Optional.of(home.resolve("other.toml")), environment, home))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("other.toml: there is no such file");
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    write("");
    Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(this::read)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("not text in UTF-8");
  }

  private Path file() {
    return home.resolve(".config/git-fs/config.toml");
  }

  private void write(String text) throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), text);
    chmod(file(), "rw-------");
  }

  private static void chmod(Path file, String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private Settings read() throws SettingsException, IOException {
    return SettingsFile.read(Optional.empty(), environment, home);
  }
}
