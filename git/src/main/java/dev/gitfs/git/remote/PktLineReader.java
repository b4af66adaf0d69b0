package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the pkt-lines of an answer, one at a time, and not a byte beyond. Unlike JGit's
 * PacketLineIn it keeps apart a server's {@code ERR} (its last word) and garbage (worth another
 * try), and passes payloads on without copying.
 */
final class PktLineReader {

  /** What the last read met. */
  enum Packet {
    DATA,
    FLUSH,
    DELIMITER,
    RESPONSE_END
  }

  /** The longest packet git knows, its four length digits included. */
  static final int LONGEST = 65520;

  private static final int LENGTH_DIGITS = 4;

  private final InputStream in;
  private final byte[] digits = new byte[LENGTH_DIGITS];
  private byte[] payload = new byte[1024];
  private int length;

  PktLineReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the next packet.
   *
   * @throws ServerErrorException for an {@code ERR} packet
   * @throws EOFException if the stream ends before or within the packet
   */
  Packet next() throws IOException {
    readFully(digits, LENGTH_DIGITS);
    int size = packetSize();
    switch (size) {
      case 0:
        return Packet.FLUSH;
      case 1:
        return Packet.DELIMITER;
      case 2:
        return Packet.RESPONSE_END;
      case 3:
        throw notAPacket();
      default:
        length = size - LENGTH_DIGITS;
    }
    if (payload.length < length) {
      payload = new byte[LONGEST];
    }
    readFully(payload, length);
    if (length > 4
        && payload[0] == 'E'
        && payload[1] == 'R'
        && payload[2] == 'R'
        && payload[3] == ' ') {
      throw new ServerErrorException(text().substring(4));
    }
    return Packet.DATA;
  }

  /** The payload of the last DATA packet; valid up to {@link #length} and until the next read. */
  byte[] payload() {
    return payload;
  }

  int length() {
    return length;
  }

  /** The last DATA packet as text, without the newline that may end it. */
  String text() {
    int end = length > 0 && payload[length - 1] == '\n' ? length - 1 : length;
    return new String(payload, 0, end, UTF_8);
  }

  private int packetSize() throws IOException {
    int size = 0;
    for (byte digit : digits) {
      int value = Character.digit(digit, 16);
      if (value < 0) {
        throw notAPacket();
      }
      size = size << 4 | value;
    }
    if (size > LONGEST) {
      throw notAPacket();
    }
    return size;
  }

  private void readFully(byte[] into, int count) throws IOException {
    int read = in.readNBytes(into, 0, count);
    if (read < count) {
      throw new EOFException("the server broke off its answer");
    }
  }

  private IOException notAPacket() {
    return MalformedAnswerException.startingWith(digits);
  }
}
