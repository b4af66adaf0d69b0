package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.testkit.Fuzzing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/** What reads servers' answers, and what the user has for git. */
enum RemoteParsers implements Fuzzing.Parser {
  PACKETS {
    @Override
    public void read(byte[] bytes) throws IOException {
      var packets = new PktLineReader(new ByteArrayInputStream(bytes));
      while (true) {
        if (packets.next() == PktLineReader.Packet.DATA) {
          packets.text();
        }
      }
    }
  },

  ADVERTISEMENT {
    @Override
    public void read(byte[] bytes) throws IOException {
      advertisement(bytes);
    }
  },

  /** The same of lines that are packets. */
  ADVERTISED_LINES {
    @Override
    public void read(byte[] bytes) throws IOException {
      advertisement(packets(bytes));
    }
  },

  REFS {
    @Override
    public void read(byte[] bytes) throws IOException {
      VERSION_2.refs(new ByteArrayInputStream(packets(bytes)), Set.of());
    }
  },

  SIZES {
    @Override
    public void read(byte[] bytes) throws IOException {
      VERSION_2.sizes(new ByteArrayInputStream(packets(bytes)), List.of(ObjectId.zeroId()));
    }
  },

  ANSWER {
    @Override
    public void read(byte[] bytes) throws IOException {
      VERSION_2.pack(new ByteArrayInputStream(packets(bytes)), WANTED).readAllBytes();
    }
  },

  ANSWER_0 {
    @Override
    public void read(byte[] bytes) throws IOException {
      VERSION_0.pack(new ByteArrayInputStream(packets(bytes)), WANTED).readAllBytes();
    }
  },

  NETRC {
    @Override
    public void read(byte[] bytes) {
      Netrc.find(new String(bytes, ISO_8859_1), "host", Optional.empty());
      Netrc.find(new String(bytes, ISO_8859_1), "host", Optional.of("user"));
    }
  },

  GIT_CONFIG {
    @Override
    public void read(byte[] bytes) {
      GitConfig.parse(new String(bytes, UTF_8));
    }
  },

  URL {
    @Override
    public void read(byte[] bytes) {
      try {
        RemoteUrl.parse(new String(bytes, UTF_8).replace('\0', '0'), Path.of("/")).toString();
      } catch (RemoteException e) {
        if (e.getMessage().isBlank()) {
          throw new AssertionError("refused without a word", e);
        }
      }
    }
  },

  MEDIA_TYPE {
    @Override
    public void read(byte[] bytes) {
      MediaType.parse(new String(bytes, ISO_8859_1));
    }
  },

  /** Each line a header's value. */
  CHALLENGES {
    @Override
    public void read(byte[] bytes) {
      var challenges = new Challenges(lines(bytes));
      if (challenges.offers("Basic") && challenges.isEmpty()) {
        throw new AssertionError("offered by nothing");
      }
    }
  },

  /** Each line a value of Set-Cookie; what is kept can be sent. */
  COOKIES {
    @Override
    public void read(byte[] bytes) {
      var config = GitConfig.parse("http.cookiefile\n\0");
      var cookies = HttpCookies.of(new HttpSettings(config, Map.of(), SERVER));
      cookies.learn(SERVER.base(), "host", lines(bytes));
      cookies
          .header(SERVER.base(), "host")
          .ifPresent(header -> HttpRequest.newBuilder(SERVER.base()).header("Cookie", header));
    }
  },

  PINNED_KEY {
    @Override
    public void read(byte[] bytes) {
      var pin = new String(bytes, ISO_8859_1).replaceAll("[\\x00\n]", "");
      var config = GitConfig.parse("http.pinnedpubkey\nsha256//" + pin + "\0");
      try {
        PinnedKey.of(new HttpSettings(config, Map.of(), SERVER));
      } catch (RemoteException e) {
        // So it is meant to be.
      }
    }
  };

  private static final RemoteUrl.Http SERVER =
      new RemoteUrl.Http(URI.create("https://host/a/b"), Optional.empty(), Optional.empty());

  private static List<String> lines(byte[] bytes) {
    return List.of(new String(bytes, ISO_8859_1).split("\n", -1));
  }

  private static final FetchRequest WANTED =
      new FetchRequest(List.of(ObjectId.zeroId()), 1, Optional.empty());

  private static final ProtocolV2 VERSION_2 = new ProtocolV2(new Advertisement.V2(Map.of()));

  private static final ProtocolV0 VERSION_0 =
      new ProtocolV0(new Advertisement.V0(Map.of("side-band-64k", "", "shallow", ""), List.of()));

  private static void advertisement(byte[] bytes) throws IOException {
    switch (Advertisement.read(new ByteArrayInputStream(bytes))) {
      case Advertisement.V0 old -> new ProtocolV0(old).refs(Set.of());
      case Advertisement.V2 now -> new ProtocolV2(now).capabilities();
    }
  }

  /** Each line as a packet; an empty one ends what goes before. */
  private static byte[] packets(byte[] bytes) {
    var packets = new ByteArrayOutputStream();
    for (var line : new String(bytes, ISO_8859_1).split("(?<=\n)")) {
      var text = line.equals("\n") ? "0000" : "%04x%s".formatted(line.length() + 4, line);
      packets.writeBytes(text.getBytes(ISO_8859_1));
    }
    packets.writeBytes("0000".getBytes(ISO_8859_1));
    return packets.toByteArray();
  }
}
