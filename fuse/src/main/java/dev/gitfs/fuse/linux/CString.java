package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.file.Path;

/** Text for the kernel: the bytes of a path or option, NUL-terminated when laid into memory. */
record CString(byte[] bytes) {
  /** The encoding in which the JDK turns bytes of paths and arguments into text, and back. */
  private static final Charset NATIVE = Charset.forName(System.getProperty("sun.jnu.encoding"));

  static CString of(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A NUL in \"" + text + "\"");
    }
    return new CString(text.getBytes(NATIVE));
  }

  static CString of(Path path) {
    return new CString(RawPath.bytes(path));
  }

  static CString[] all(String... texts) {
    var all = new CString[texts.length];
    for (int i = 0; i < texts.length; i++) {
      all[i] = of(texts[i]);
    }
    return all;
  }

  /** Its address, as long as {@code arena} holds it. */
  long in(Arena arena) {
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment.address();
  }

  /** The address of a NULL-terminated array of pointers to the texts. */
  static long vector(Arena arena, CString[] texts) {
    MemorySegment vector = arena.allocate(JAVA_LONG, texts.length + 1L);
    for (int i = 0; i < texts.length; i++) {
      vector.setAtIndex(JAVA_LONG, i, texts[i].in(arena));
    }
    return vector.address();
  }
}
