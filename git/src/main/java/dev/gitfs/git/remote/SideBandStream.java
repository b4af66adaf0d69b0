package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;

/**
 * The pack in a side-band answer: band 1 is the pack, band 2 progress, which is dropped but for
 * what went wrong, band 3 the server's error. Ends at the flush packet, having read it and nothing
 * beyond.
 */
final class SideBandStream extends InputStream {

  /** Some lines of a program that fails. */
  private static final int LONGEST_COMPLAINT = 1000;

  private final PktLineReader packets;
  private int position;
  private int limit;
  private boolean ended;

  /** What the program says that makes the pack, before the server says that it failed. */
  private final StringBuilder complaint = new StringBuilder();

  SideBandStream(PktLineReader packets) {
    this.packets = packets;
  }

  @Override
  public int read() throws IOException {
    return arrived() ? packets.payload()[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!arrived()) {
      return -1;
    }
    int taken = Math.min(count, limit - position);
    System.arraycopy(packets.payload(), position, into, offset, taken);
    position += taken;
    return taken;
  }

  @Override
  public int available() {
    return limit - position;
  }

  /** Waits for band-1 bytes; false at the end. */
  private boolean arrived() throws IOException {
    while (position == limit) {
      if (ended) {
        return false;
      }
      if (packets.next() != PktLineReader.Packet.DATA) {
        ended = true;
        return false;
      }
      receive();
    }
    return true;
  }

  private void receive() throws IOException {
    if (packets.length() == 0) {
      throw new MalformedAnswerException("a packet without a side band");
    }
    switch (packets.payload()[0]) {
      case 1 -> {
        position = 1;
        limit = packets.length();
      }
      case 2 -> {
        // Also the empty keep-alives of a server that is still counting. It may come in pieces.
        complaint.append(packets.text(), 1, Math.max(1, packets.text().length())).append(' ');
        if (complaint.length() > LONGEST_COMPLAINT) {
          complaint.delete(0, complaint.length() - LONGEST_COMPLAINT);
        }
      }
      case 3 -> throw new ServerErrorException(packets.text().substring(1).trim() + said());
      default -> throw new MalformedAnswerException("a packet on an unknown side band");
    }
  }

  /** The object that stopped it, above all: "fatal: unable to read ID". */
  private String said() {
    int fatal = complaint.indexOf("fatal: ");
    return fatal < 0 ? "" : " (" + complaint.substring(fatal).strip() + ")";
  }
}
