package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A name is its bytes, whatever they are. */
class NameTest {
  private static Name name(byte[] bytes) {
    byte[] message = Arrays.copyOf(bytes, bytes.length + 1);
    MemorySegment segment = java.lang.foreign.Arena.ofAuto().allocate(message.length);
    MemorySegment.copy(message, 0, segment, ValueLayout.JAVA_BYTE, 0, message.length);
    var name = new Name();
    assertThat(name.read(segment, 0, message.length)).isEqualTo(message.length);
    return name;
  }

  @Property(tries = 200)
  void everyByteIsKept(
      @ForAll @Size(max = 300) byte @ByteRange(min = 1, max = 127) [] ascii,
      @ForAll @ByteRange(min = -128, max = -1) byte high) {
    byte[] bytes = Arrays.copyOf(ascii, ascii.length + 1);
    bytes[ascii.length] = high;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == 0 ? 1 : bytes[i];
    }
    Name name = name(bytes);

    assertThat(name.copy()).isEqualTo(bytes);
    assertThat(name.is(bytes)).isTrue();
    assertThat(name.compareTo(bytes)).isZero();
  }

  @Test
  void orderIsThatOfUnsignedBytes() {
    Name name = name(new byte[] {'a', (byte) 0xc3});

    assertThat(name.compareTo(new byte[] {'a', 'z'})).isPositive();
    assertThat(name.compareTo(new byte[] {'a', (byte) 0xff})).isNegative();
    assertThat(name.compareTo(new byte[] {'a'})).isPositive();
    assertThat(name.is(new byte[] {'a', (byte) 0xc3, 'x'})).isFalse();
  }

  @Test
  void whatIsNotPlainIsEscapedForPeople() {
    assertThat(name("a b\\c\n\u00e9".getBytes(StandardCharsets.UTF_8)))
        .hasToString("a b\\x5cc\\x0a\\xc3\\xa9");
  }
}
