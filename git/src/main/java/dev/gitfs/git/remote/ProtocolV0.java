package dev.gitfs.git.remote;

import dev.gitfs.git.remote.PktLineReader.Packet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.util.IO;

/**
 * Versions 0 and 1 of the wire protocol, for servers without version 2: the refs come with the
 * advertisement, and a connection answers one fetch.
 */
final class ProtocolV0 implements Protocol {

  private static final byte[] PACK_SIGNATURE = {'P', 'A', 'C', 'K'};

  private final Map<String, String> advertised;
  private final List<RemoteRef> refs;
  private final Capabilities capabilities;

  ProtocolV0(Advertisement.V0 advertisement) {
    advertised = advertisement.capabilities();
    refs = advertisement.refs();
    capabilities =
        new Capabilities(
            0,
            has("filter"),
            false,
            has("allow-any-sha1-in-want") || has("allow-reachable-sha1-in-want"),
            advertised.getOrDefault("agent", ""));
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  List<RemoteRef> refs(Collection<String> prefixes) {
    return refs.stream().filter(ref -> Protocol.matches(ref.name(), prefixes)).toList();
  }

  /**
   * Asks as git does (fetch-pack.c), in its order: there are servers that refuse who knows less.
   * Azure DevOps wants {@code multi_ack}, although nothing is negotiated here, and dulwich (1.2)
   * {@code thin-pack}, although nothing is here that a delta could be of.
   */
  @Override
  public Request fetch(FetchRequest wanted) {
    var spoken = new StringBuilder();
    Stream.of(
            best("multi_ack_detailed", "multi_ack"),
            best("side-band-64k", "side-band"),
            best("thin-pack"),
            best("no-progress"),
            best("ofs-delta"))
        .flatMap(Optional::stream)
        .forEach(name -> spoken.append(' ').append(name));
    if (has("agent")) {
      spoken.append(" agent=").append(AGENT);
    }
    if (has("filter") && wanted.filter().isPresent()) {
      spoken.append(" filter");
    }
    var body =
        Protocol.encode(out -> {
          Protocol.writeWants(out, wanted.wants(), spoken.toString());
          if (deepens(wanted)) {
            out.writeString("deepen " + wanted.depth() + "\n");
          }
          if (wanted.filter().isPresent()) {
            out.writeString("filter " + wanted.filter().get().spec() + "\n");
          }
          out.end();
          out.writeString("done\n");
        });
    return new Request(body, Request.Kind.FETCH);
  }

  @Override
  public InputStream pack(InputStream answer, FetchRequest wanted) throws IOException {
    var packets = new PktLineReader(answer);
    if (deepens(wanted)) {
      Packet packet;
      do {
        packet = packets.next();
      } while (packet == Packet.DATA);
    }
    if (packets.next() != Packet.DATA || !packets.text().equals("NAK")) {
      throw new MalformedAnswerException("the answer holds no pack");
    }
    if (best("side-band-64k", "side-band").isPresent()) {
      return new SideBandStream(packets);
    }
    // Without a side band the pack is the rest of the stream; an ERR packet may stand in its place.
    var start = new byte[PACK_SIGNATURE.length];
    IO.readFully(answer, start);
    var whole = new SequenceInputStream(new ByteArrayInputStream(start), answer);
    if (!Arrays.equals(start, PACK_SIGNATURE)) {
      new PktLineReader(whole).next();
      throw new MalformedAnswerException("the answer holds no pack");
    }
    return whole;
  }

  /** A server without {@code shallow} sends the whole history: correct, if long. */
  private boolean deepens(FetchRequest wanted) {
    return wanted.depth() > 0 && has("shallow");
  }

  /** The first of {@code capabilities} that the server has. */
  private Optional<String> best(String... capabilities) {
    return Stream.of(capabilities).filter(this::has).findFirst();
  }

  private boolean has(String capability) {
    return advertised.containsKey(capability);
  }
}
