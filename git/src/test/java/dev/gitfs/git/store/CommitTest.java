package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What git 2.39 makes of the same commits: {@code git rev-list --timestamp}. */
final class CommitTest {

  private static final ObjectId ID = ObjectId.fromString("00".repeat(20));
  private static final String TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  private static final String HEAD = "tree " + TREE + "\nauthor a <a@b> 1 +0000\n";

  @ParameterizedTest
  @CsvSource({
    "committer c <c@d> 123 +0000, 123",
    "committer c <c@d> 123, 123",
    "committer c <c@d>123 nonsense, 123",
    "committer c <c@d> 5> 123 +99999999999, 123",
    "committer c <c@d> 0000000000000000000000000123 +0000, 123",
    "committer c c@d> 123 +0000, 123",
    "committer c <c@d> 2147483648 +0000, 2147483648",
    "committer c <c@d> 4294967296 +0000, 4294967296",
    "committer c <c@d> 253402300800 +0000, 253402300800",
    "committer c <c@d> 1000000000000000 +0000, 1000000000000000",
  })
  void theTimeIsTheNumberAfterTheCommittersAddress(String line, long seconds) throws Exception {
    assertThat(committed(HEAD + line + "\n\nmessage\n")).isEqualTo(Instant.ofEpochSecond(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "committer",
        "committer ",
        "committer c <c@d>",
        "committer c <c@d> ",
        "committer c <c@d 123 +0000",
        "committer c 123 +0000",
        "committer c <c@d> -5 +0000",
        "committer c <c@d> 12.5 +0000",
        "committer c <c@d> 9223372036854775807 +0000",
        "committer c <c@d> 9999999999999999999 +0000",
        "committer c <c@d> 18446744073709551617 +0000",
        "committer c\n <c@d> 123 +0000",
        "\ncommitter c <c@d> 123 +0000",
      })
  void whatHasNoTimeIsOf1970(String line) throws Exception {
    assertThat(committed(HEAD + line + "\n\nmessage\n")).isEqualTo(Instant.EPOCH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "author a\0 <a@b> 1 +0000\n",
        "encoding none-such\n",
        "gpgsig -----BEGIN\n committer x <x@y> 5 +0000\n -----END\n",
        "mergetag object 00\n type commit\n",
        "tree 0000000000000000000000000000000000000000\n",
        "parent xyz\n",
      })
  void nothingElseThatIsOddKeepsATreeFromBeingShown(String lines) throws Exception {
    var commit = parse("tree " + TREE + "\n" + lines + "committer c <c@d> 123 +0000\n");

    assertThat(commit.tree().name()).isEqualTo(TREE);
    assertThat(commit.committed()).isEqualTo(Instant.ofEpochSecond(123));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tree",
        "tree \n",
        "tree " + TREE,
        "tree " + TREE + "\r\n",
        "tree " + TREE + "0\n",
        "author a <a@b> 1 +0000\ntree " + TREE + "\n",
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee490x\n",
      })
  void whatNamesNoTreeIsNoCommit(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("names no tree");
  }

  @Property
  void anyBytesAreACommitOrRefused(@ForAll byte[] bytes, @ForAll boolean begun) {
    var raw = begun ? (HEAD + new String(bytes, StandardCharsets.ISO_8859_1)) : "";
    try {
      Commit.parse(ID, begun ? raw.getBytes(StandardCharsets.ISO_8859_1) : bytes);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("names no tree");
    }
  }

  private static Instant committed(String text) throws IOException {
    return parse(text).committed();
  }

  private static Commit parse(String text) throws IOException {
    return Commit.parse(ID, text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
