package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathPatternTest {

  @ParameterizedTest
  @CsvSource({
    "*,          anything.c",
    "*,          .hidden",
    "*.c,        a.c",
    "a*c,        ac",
    "a*b*c,      aXbYbZc",
    "?.c,        ü.c",
    "[a-c].h,    b.h",
    "[!a-c].h,   d.h",
    "[^a-c].h,   d.h",
    "[]x],       ]",
    "[a-],       -",
    "[à-ü],      é",
    "a\\*,       a*",
    "\\[a],      [a]",
    "\\x41b,     Ab",
    "\\xc3\\xbc, ü",
    "{a},        {a}",
  })
  void aGlobMatches(String glob, String name) {
    assertThat(Glob.parse(glob).matches(name.getBytes(UTF_8))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "*.c,     a.h",
    "*.c,     a.c.orig",
    "?,       ab",
    "??,      ü",
    "[a-c],   d",
    "[!a-c],  a",
    "a\\*,    ab",
    "abc,     ab",
  })
  void aGlobDoesNotMatch(String glob, String name) {
    assertThat(Glob.parse(glob).matches(name.getBytes(UTF_8))).isFalse();
  }

  @Test
  void aByteThatIsNoCharacterIsMatchedAsItself() {
    byte[] name = {'a', (byte) 0xff, (byte) 0xc3, 'b'};

    assertThat(Glob.parse("a\\xff\\xc3*").matches(name)).isTrue();
    assertThat(Glob.parse("a??b").matches(name)).isTrue();
    assertThat(Glob.parse("a[\\xf0-\\xff]*").matches(name)).isTrue();
    assertThat(Glob.parse("a\\xfe*").matches(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*a", "*", "?*", "*[!b]*", "[a-zb-yc-x]", "[a][b]"})
  @Timeout(20)
  void manyWildcardsTakeNoLongTime(String part) {
    var glob = Glob.parse(part.repeat(65_000 / part.length()) + "b");
    var name = Glob.characters("a".repeat(255).getBytes(UTF_8));

    for (int i = 0; i < 10_000; i++) {
      assertThat(glob.matches(name)).isFalse();
    }
  }

  @Test
  void aRangeMayOverlapOthers() {
    var glob = Glob.parse("[d-ga-eeh]");

    assertThat("abcdefghi".chars().filter(c -> glob.matches(new int[] {c})).count()).isEqualTo(8);
  }

  @Test
  void whatIsLongerThanAnyPathIsRefusedInShort() {
    assertThatThrownBy(() -> PathPattern.parse("a/".repeat(1 << 19)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("1,048,576 characters")
        .hasSizeLessThan(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/[b", "a/../b", "./a", "a\\", "[z-a]"})
  void whatIsNoPatternIsRefusedInWords(String text) {
    assertThatThrownBy(() -> PathPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(".*\\w+ \\w+.*");
  }

  @Property
  void anExactPathIsWrittenAsItIsRead(@ForAll("paths") List<byte[]> path) {
    var pattern = PathPattern.exact(path);

    var read = Profile.parse(pattern.text() + "\n").patterns();

    assertThat(read)
        .singleElement()
        .extracting(PathPattern::segments)
        .isEqualTo(pattern.segments());
    assertThat(pattern.segments()).hasSameSizeAs(path);
    for (int i = 0; i < path.size(); i++) {
      assertThat(((PathPattern.Literal) pattern.segments().get(i)).name().name())
          .isEqualTo(path.get(i));
    }
  }

  @Property
  void aNameMatchesItselfEscaped(@ForAll("names") byte[] name) {
    assertThat(Glob.parse(PathPattern.escaped(name, true)).matches(name)).isTrue();
  }

  @Property
  void anyTextIsAPatternOrIsRefused(@ForAll String text) {
    try {
      assertThat(PathPattern.parse(text).text()).isEqualTo(text);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Provide
  Arbitrary<byte[]> names() {
    var bytes = Arbitraries.bytes().filter(b -> b != 0 && b != '/').array(byte[].class);
    var texts =
        Arbitraries.strings().withChars("ab*?[]!#\\ \t\nxü€ .-").map(text -> text.getBytes(UTF_8));
    return Arbitraries.oneOf(bytes.ofMinSize(1).ofMaxSize(12), texts)
        .filter(name -> !List.of("", ".", "..").contains(new String(name, ISO_8859_1)));
  }

  @Provide
  Arbitrary<List<byte[]>> paths() {
    return names().list().ofMinSize(1).ofMaxSize(4);
  }
}
