package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A pattern for one name. Names are bytes; it sees those that are UTF-8 as characters, and each
 * byte of what is not as a character of its own kind.
 */
final class Glob {

  /** Beyond all characters: a byte that is part of none is this and its value. */
  static final int NO_CHARACTER = Character.MAX_CODE_POINT + 1;

  private sealed interface Token {}

  /** Any characters, none too. */
  private record Run() implements Token {}

  /** Any one character. */
  private record Any() implements Token {}

  private record One(int character) implements Token {}

  private record OneOf(List<Range> ranges, boolean negated) implements Token {}

  private record Range(int first, int last) {}

  private final List<Token> tokens;

  /** How many characters a name must have at least. */
  private final int shortest;

  private Glob(List<Token> tokens) {
    this.tokens = List.copyOf(tokens);
    this.shortest = (int) tokens.stream().filter(token -> !(token instanceof Run)).count();
  }

  /**
   * Reads one component of a {@link PathPattern}.
   *
   * @throws IllegalArgumentException with a message for people, if {@code text} is no glob
   */
  static Glob parse(String text) {
    var tokens = new ArrayList<Token>();
    var literal = new ByteArrayOutputStream();
    for (int at = 0; at < text.length(); ) {
      char c = text.charAt(at);
      if (c != '*' && c != '?' && c != '[') {
        var read = PathPattern.Escape.read(text, at);
        literal.writeBytes(read.bytes());
        at = read.end();
        continue;
      }
      addAll(tokens, literal);
      if (c == '[') {
        at = oneOf(text, at + 1, tokens);
      } else {
        boolean repeated = c == '*' && !tokens.isEmpty() && tokens.getLast() instanceof Run;
        if (!repeated) {
          tokens.add(c == '*' ? new Run() : new Any());
        }
        at++;
      }
    }
    addAll(tokens, literal);
    return new Glob(tokens);
  }

  /** Whether {@code name} is one of those. */
  boolean matches(byte[] name) {
    return matches(characters(name));
  }

  /** The same for a name as its {@link #characters}. Takes a step for each pair at most. */
  boolean matches(int[] characters) {
    if (characters.length < shortest) {
      return false;
    }
    int token = 0;
    int at = 0;
    // Where the last run began, and how far it reaches as yet: one more when what follows fails.
    int run = -1;
    int reached = 0;
    while (at < characters.length) {
      if (token < tokens.size() && tokens.get(token) instanceof Run) {
        run = token++;
        reached = at;
      } else if (token < tokens.size() && matches(tokens.get(token), characters[at])) {
        token++;
        at++;
      } else if (run >= 0) {
        token = run + 1;
        at = ++reached;
      } else {
        return false;
      }
    }
    while (token < tokens.size() && tokens.get(token) instanceof Run) {
      token++;
    }
    return token == tokens.size();
  }

  private static boolean matches(Token token, int character) {
    return switch (token) {
      case Run() -> false;
      case Any() -> true;
      case One(int wanted) -> wanted == character;
      case OneOf(var ranges, boolean negated) -> negated != has(ranges, character);
    };
  }

  private static boolean has(List<Range> ranges, int character) {
    int low = 0;
    int high = ranges.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var range = ranges.get(middle);
      if (character < range.first) {
        high = middle - 1;
      } else if (character > range.last) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  /** The same characters in ranges that ascend and do not overlap. */
  private static List<Range> ordered(List<Range> ranges) {
    var ordered = new ArrayList<Range>();
    for (var range : ranges.stream().sorted(Comparator.comparingInt(Range::first)).toList()) {
      if (!ordered.isEmpty() && range.first <= ordered.getLast().last) {
        var last = ordered.removeLast();
        ordered.add(new Range(last.first, Math.max(last.last, range.last)));
      } else {
        ordered.add(range);
      }
    }
    return List.copyOf(ordered);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Glob glob && tokens.equals(glob.tokens);
  }

  @Override
  public int hashCode() {
    return tokens.hashCode();
  }

  /** The characters of a name, and the bytes that are none. */
  static int[] characters(byte[] name) {
    var characters = new int[name.length];
    int count = 0;
    CharsetDecoder decoder = UTF_8.newDecoder();
    var chars = CharBuffer.allocate(2);
    for (int at = 0; at < name.length; ) {
      int length = name[at] >= 0 ? 1 : length(decoder, chars, name, at);
      if (length == 0) {
        characters[count++] = NO_CHARACTER + (name[at++] & 0xff);
      } else {
        characters[count++] = length == 1 ? name[at] : Character.codePointAt(chars, 0);
        at += length;
      }
    }
    return Arrays.copyOf(characters, count);
  }

  /** How many bytes the character at {@code at} takes, now in {@code chars}; 0 if there is none. */
  private static int length(CharsetDecoder decoder, CharBuffer chars, byte[] name, int at) {
    for (int length = 2; length <= 4 && at + length <= name.length; length++) {
      chars.clear();
      decoder.reset();
      if (!decoder.decode(ByteBuffer.wrap(name, at, length), chars, true).isError()) {
        chars.flip();
        return length;
      }
    }
    return 0;
  }

  private static void addAll(List<Token> tokens, ByteArrayOutputStream literal) {
    for (int character : characters(literal.toByteArray())) {
      tokens.add(new One(character));
    }
    literal.reset();
  }

  /** Reads what is between brackets, from after the first one; returns the place after the last. */
  private static int oneOf(String text, int start, List<Token> tokens) {
    int at = start;
    boolean negated = at < text.length() && (text.charAt(at) == '!' || text.charAt(at) == '^');
    if (negated) {
      at++;
    }
    var ranges = new ArrayList<Range>();
    // A bracket that comes first is one of the characters.
    for (boolean first = true; at < text.length(); first = false) {
      if (text.charAt(at) == ']' && !first) {
        tokens.add(new OneOf(ordered(ranges), negated));
        return at + 1;
      }
      var low = PathPattern.Escape.read(text, at);
      var high = low;
      at = low.end();
      if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
        high = PathPattern.Escape.read(text, at + 1);
        at = high.end();
      }
      var range = new Range(characters(low.bytes())[0], characters(high.bytes())[0]);
      if (range.last < range.first) {
        throw new IllegalArgumentException("a range between brackets that runs backwards");
      }
      ranges.add(range);
    }
    throw new IllegalArgumentException("a [ without its ]; write \\[ for the character");
  }
}
