package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** What a server says first: its version and capabilities, and with version 0 also its refs. */
sealed interface Advertisement {

  /**
   * @param capabilities names, each with its value or the empty string
   */
  record V2(Map<String, String> capabilities) implements Advertisement {}

  /**
   * @param capabilities names, each with its value or the empty string
   */
  record V0(Map<String, String> capabilities, List<RemoteRef> refs) implements Advertisement {}

  Map<String, String> capabilities();

  /** Reads an advertisement, with the service line that HTTP puts before it or without. */
  static Advertisement read(InputStream in) throws IOException {
    var packets = new PktLineReader(in);
    var first = packets.next();
    if (first == PktLineReader.Packet.DATA && packets.text().startsWith("# service=")) {
      if (packets.next() != PktLineReader.Packet.FLUSH) {
        throw new MalformedAnswerException();
      }
      first = packets.next();
    }
    if (first != PktLineReader.Packet.DATA) {
      // A version 0 server says at least "capabilities^{}"; before git 2.x an empty one said this.
      return new V0(Map.of(), List.of());
    }
    if (packets.text().equals("version 2")) {
      return readV2(packets);
    }
    if (packets.text().equals("version 1")) {
      packets.next();
    }
    return readV0(packets);
  }

  private static Advertisement readV2(PktLineReader packets) throws IOException {
    var capabilities = new LinkedHashMap<String, String>();
    while (packets.next() == PktLineReader.Packet.DATA) {
      put(capabilities, packets.text());
    }
    return new V2(Map.copyOf(capabilities));
  }

  /** The first ref's packet is already read, and carries the capabilities behind a NUL. */
  private static Advertisement readV0(PktLineReader packets) throws IOException {
    var symbolic = new LinkedHashMap<String, String>();
    var capabilities = new LinkedHashMap<String, String>();
    String line = packets.text();
    int nul = line.indexOf('\0');
    if (nul >= 0) {
      for (String capability : line.substring(nul + 1).strip().split(" +")) {
        if (capability.startsWith("symref=")) {
          String[] pair = capability.substring("symref=".length()).split(":", 2);
          symbolic.put(pair[0], pair[pair.length - 1]);
        } else {
          put(capabilities, capability);
        }
      }
      line = line.substring(0, nul);
    }
    var refs = new ArrayList<RemoteRef>();
    while (true) {
      addRef(refs, symbolic, line);
      if (packets.next() != PktLineReader.Packet.DATA) {
        return new V0(Map.copyOf(capabilities), List.copyOf(refs));
      }
      line = packets.text();
    }
  }

  private static void addRef(List<RemoteRef> refs, Map<String, String> symbolic, String line)
      throws IOException {
    if (line.startsWith("shallow ")) {
      return;
    }
    if (line.length() < 42 || line.charAt(40) != ' ' || !ObjectId.isId(line.substring(0, 40))) {
      throw new MalformedAnswerException();
    }
    var id = ObjectId.fromString(line.substring(0, 40));
    String name = line.substring(41);
    if (name.equals("capabilities^{}")) {
      return;
    }
    if (!refs.isEmpty() && name.equals(refs.getLast().name() + "^{}")) {
      var tag = refs.removeLast();
      refs.add(new RemoteRef(tag.name(), tag.id(), tag.symbolicTarget(), Optional.of(id)));
      return;
    }
    refs.add(
        new RemoteRef(
            name, Optional.of(id), Optional.ofNullable(symbolic.get(name)), Optional.empty()));
  }

  private static void put(Map<String, String> capabilities, String capability) {
    int equals = capability.indexOf('=');
    if (equals < 0) {
      capabilities.put(capability, "");
    } else {
      capabilities.put(capability.substring(0, equals), capability.substring(equals + 1));
    }
  }
}
