package dev.gitfs.git.remote;

import dev.gitfs.git.remote.PktLineReader.Packet;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineOut;

/** Version 2 of the wire protocol, as {@code git help protocol-v2} describes it. */
final class ProtocolV2 implements Protocol {

  private final Map<String, String> advertised;
  private final Capabilities capabilities;

  ProtocolV2(Advertisement.V2 advertisement) {
    advertised = advertisement.capabilities();
    capabilities =
        new Capabilities(
            2,
            features("fetch").contains("filter"),
            advertised.containsKey("object-info"),
            true,
            advertised.getOrDefault("agent", ""));
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  Request listRefs(Collection<String> prefixes) {
    var body =
        Protocol.encode(out -> {
          command(out, "ls-refs");
          out.writeString("peel\n");
          out.writeString("symrefs\n");
          if (features("ls-refs").contains("unborn")) {
            out.writeString("unborn\n");
          }
          for (String prefix : prefixes) {
            out.writeString("ref-prefix " + prefix + "\n");
          }
          out.end();
        });
    boolean headAlone = prefixes.equals(Set.of("HEAD")) || prefixes.equals(List.of("HEAD"));
    return new Request(body, headAlone ? Request.Kind.HEAD : Request.Kind.REFS);
  }

  List<RemoteRef> refs(InputStream answer, Collection<String> prefixes) throws IOException {
    var packets = new PktLineReader(answer);
    var refs = new ArrayList<RemoteRef>();
    while (packets.next() == Packet.DATA) {
      var ref = ref(packets.text());
      // ref-prefix is a hint, which a server may answer with more than was asked for.
      if (Protocol.matches(ref.name(), prefixes)) {
        refs.add(ref);
      }
    }
    return List.copyOf(refs);
  }

  @Override
  public Request fetch(FetchRequest wanted) {
    var body =
        Protocol.encode(out -> {
          command(out, "fetch");
          out.writeString("ofs-delta\n");
          out.writeString("no-progress\n");
          if (!wanted.haves().isEmpty()) {
            out.writeString("thin-pack\n");
          }
          Protocol.writeWants(out, wanted.wants(), "");
          // Without haves it is for the order alone, and not worth an error.
          if (features("fetch").contains("shallow") || !wanted.haves().isEmpty()) {
            for (var commit : wanted.shallow()) {
              out.writeString("shallow " + commit.name() + "\n");
            }
          }
          for (var have : wanted.haves()) {
            out.writeString("have " + have.name() + "\n");
          }
          if (wanted.depth() > 0) {
            out.writeString("deepen " + wanted.depth() + "\n");
          }
          if (wanted.filter().isPresent()) {
            out.writeString("filter " + wanted.filter().get().spec() + "\n");
          }
          out.writeString("done\n");
          out.end();
        });
    return new Request(body, Request.Kind.FETCH);
  }

  @Override
  public InputStream pack(InputStream answer, FetchRequest wanted) throws IOException {
    var packets = new PktLineReader(answer);
    while (true) {
      if (packets.next() != Packet.DATA) {
        throw new MalformedAnswerException("the answer holds no pack");
      }
      if (packets.text().equals("packfile")) {
        return new SideBandStream(packets);
      }
      // Of acknowledgments and shallow-info there is nothing this client does not know.
      Packet packet;
      do {
        packet = packets.next();
      } while (packet == Packet.DATA);
      if (packet != Packet.DELIMITER) {
        throw new MalformedAnswerException("the answer holds no pack");
      }
    }
  }

  /**
   * Asks for sizes. Without the capabilities that go with other commands: they say nothing here,
   * and JGit's servers refuse them (ProtocolV2Parser.parseObjectInfoRequest).
   */
  Request objectSizes(List<ObjectId> ids) {
    var body =
        Protocol.encode(out -> {
          out.writeString("command=object-info\n");
          out.writeDelim();
          out.writeString("size\n");
          for (var id : ids) {
            out.writeString("oid " + id.name() + "\n");
          }
          out.end();
        });
    return new Request(body, Request.Kind.SIZES);
  }

  long[] sizes(InputStream answer, List<ObjectId> ids) throws IOException {
    var packets = new PktLineReader(answer);
    if (packets.next() != Packet.DATA || !packets.text().equals("size")) {
      throw new MalformedAnswerException("the answer holds no sizes");
    }
    var sizes = new HashMap<ObjectId, Long>(ids.size() * 2);
    while (packets.next() == Packet.DATA) {
      String[] words = packets.text().split(" ");
      try {
        // An object the server does not have is listed without a size.
        if (words.length > 1) {
          long size = Long.parseLong(words[1]);
          if (size < 0) {
            throw new MalformedAnswerException("a size that is none");
          }
          sizes.put(ObjectId.fromString(words[0]), size);
        }
      } catch (IllegalArgumentException e) {
        throw new MalformedAnswerException("a size that is none");
      }
    }
    return ids.stream().mapToLong(id -> sizes.getOrDefault(id, -1L)).toArray();
  }

  private void command(PacketLineOut out, String name) throws IOException {
    out.writeString("command=" + name + "\n");
    if (advertised.containsKey("agent")) {
      out.writeString("agent=" + AGENT + "\n");
    }
    if (advertised.containsKey("object-format")) {
      out.writeString("object-format=sha1\n");
    }
    out.writeDelim();
  }

  private Set<String> features(String command) {
    return Set.copyOf(Arrays.asList(advertised.getOrDefault(command, "").split(" +")));
  }

  private static RemoteRef ref(String line) throws IOException {
    String[] words = line.split(" ");
    if (words.length < 2) {
      throw new MalformedAnswerException("a ref that is none");
    }
    Optional<String> target = Optional.empty();
    Optional<ObjectId> peeled = Optional.empty();
    try {
      for (String attribute : Arrays.asList(words).subList(2, words.length)) {
        if (attribute.startsWith("symref-target:")) {
          target = Optional.of(attribute.substring("symref-target:".length()));
        } else if (attribute.startsWith("peeled:")) {
          peeled = Optional.of(ObjectId.fromString(attribute.substring("peeled:".length())));
        }
      }
      Optional<ObjectId> id =
          words[0].equals("unborn") ? Optional.empty() : Optional.of(ObjectId.fromString(words[0]));
      return new RemoteRef(words[1], id, target, peeled);
    } catch (IllegalArgumentException e) {
      throw new MalformedAnswerException("a ref that is none");
    }
  }
}
