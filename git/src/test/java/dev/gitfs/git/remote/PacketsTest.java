package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.PktLineReader.Packet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pkt-lines, side bands and advertisements, from well-formed to hostile. */
class PacketsTest {

  private static final String ID = "0123456789012345678901234567890123456789";
  private static final String OTHER = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

  private static PktLineReader reader(String bytes) {
    return new PktLineReader(new ByteArrayInputStream(bytes.getBytes(ISO_8859_1)));
  }

  private static String packet(String payload) {
    return "%04x".formatted(payload.length() + 4) + payload;
  }

  private static Advertisement advertisement(String... payloads) throws IOException {
    var bytes = new StringBuilder();
    for (String payload : payloads) {
      bytes.append(payload.isEmpty() ? "0000" : packet(payload));
    }
    return Advertisement.read(new ByteArrayInputStream(bytes.toString().getBytes(ISO_8859_1)));
  }

  @Test
  void thePacketsOfAnAnswerAreToldApart() throws IOException {
    var packets = reader("0006a\n0005b0004000100020000");

    assertThat(packets.next()).isEqualTo(Packet.DATA);
    assertThat(packets.text()).isEqualTo("a");
    assertThat(packets.next()).isEqualTo(Packet.DATA);
    assertThat(packets.text()).isEqualTo("b");
    assertThat(packets.next()).isEqualTo(Packet.DATA);
    assertThat(packets.text()).isEmpty();
    assertThat(packets.next()).isEqualTo(Packet.DELIMITER);
    assertThat(packets.next()).isEqualTo(Packet.RESPONSE_END);
    assertThat(packets.next()).isEqualTo(Packet.FLUSH);
    assertThatThrownBy(packets::next).isInstanceOf(EOFException.class);
  }

  @Test
  void theLongestPacketIsRead() throws IOException {
    String payload = "x".repeat(PktLineReader.LONGEST - 4);

    var packets = reader(packet(payload));
    packets.next();

    assertThat(packets.text()).isEqualTo(payload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0003", "fff1", "ffff", "<htm", "00g0", "-001"})
  void whatIsNoPacketIsMalformed(String bytes) {
    assertThatThrownBy(reader(bytes)::next).isInstanceOf(MalformedAnswerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "0008ab", "000", "0005"})
  void aPacketThatBreaksOffIsNoPacket(String bytes) {
    assertThatThrownBy(reader(bytes)::next).isInstanceOf(EOFException.class);
  }

  @Test
  void anErrorOfTheServerIsItsOwn() {
    assertThatThrownBy(reader(packet("ERR no such thing\n"))::next)
        .isInstanceOf(ServerErrorException.class)
        .hasMessage("no such thing");
  }

  @Property
  void thePackIsWhatBandOneCarried(@ForAll @Size(max = 8) List<@Size(max = 300) byte[]> chunks)
      throws IOException {
    var sent = new StringBuilder();
    var expected = new ByteArrayOutputStream();
    for (byte[] chunk : chunks) {
      expected.writeBytes(chunk);
      sent.append(packet("\2progress")).append(packet("\1" + new String(chunk, ISO_8859_1)));
    }
    var rest = new ByteArrayInputStream((sent + "0000next").getBytes(ISO_8859_1));

    byte[] pack = new SideBandStream(new PktLineReader(rest)).readAllBytes();

    assertThat(pack).isEqualTo(expected.toByteArray());
    assertThat(rest.readAllBytes()).isEqualTo("next".getBytes(UTF_8));
  }

  @Test
  void bandThreeIsTheServersError() {
    var pack = new SideBandStream(reader(packet("\1PACK") + packet("\3it broke\n")));

    assertThatThrownBy(pack::readAllBytes)
        .isInstanceOf(ServerErrorException.class)
        .hasMessage("it broke");
  }

  @Test
  void theNulBehindAnErrorOfUploadPackIsNoPartOfIt() {
    var pack = new SideBandStream(reader(packet("\3aborting due to possible corruption.\0")));

    assertThatThrownBy(pack::readAllBytes).hasMessage("aborting due to possible corruption.");
  }

  @Test
  void aPackThatBreaksOffIsNotMistakenForAWholeOne() {
    var pack = new SideBandStream(reader(packet("\1PACK")));

    assertThatThrownBy(pack::readAllBytes).isInstanceOf(EOFException.class);
  }

  @Test
  void anUnknownBandIsMalformed() {
    assertThatThrownBy(new SideBandStream(reader(packet("\4x")))::readAllBytes)
        .isInstanceOf(MalformedAnswerException.class);
    assertThatThrownBy(new SideBandStream(reader("0004"))::readAllBytes)
        .isInstanceOf(MalformedAnswerException.class);
  }

  @Test
  void aVersionTwoAdvertisementListsCapabilities() throws Exception {
    var read =
        advertisement(
            "# service=git-upload-pack\n",
            "",
            "version 2\n",
            "agent=x/1\n",
            "fetch=shallow filter\n",
            "");

    assertThat(Protocol.of(read).capabilities())
        .isEqualTo(new Capabilities(2, true, false, true, "x/1"));
  }

  @Test
  void aVersionZeroAdvertisementListsRefs() throws Exception {
    var read =
        (Advertisement.V0)
            advertisement(
                ID + " HEAD\0 ofs-delta symref=HEAD:refs/heads/main agent=y filter\n",
                ID + " refs/heads/main\n",
                OTHER + " refs/tags/v1\n",
                ID + " refs/tags/v1^{}\n",
                "");

    assertThat(read.refs())
        .containsExactly(
            ref("HEAD", ID, Optional.of("refs/heads/main"), Optional.empty()),
            ref("refs/heads/main", ID, Optional.empty(), Optional.empty()),
            ref("refs/tags/v1", OTHER, Optional.empty(), Optional.of(ObjectId.fromString(ID))));
    assertThat(Protocol.of(read).capabilities())
        .isEqualTo(new Capabilities(0, true, false, false, "y"));
  }

  @Test
  void anEmptyRepositoryOfVersionZeroHasNoRefs() throws Exception {
    var read =
        (Advertisement.V0)
            advertisement(
                "version 1",
                ObjectId.zeroId().name() + " capabilities^{}\0allow-any-sha1-in-want shallow\n",
                "");

    assertThat(read.refs()).isEmpty();
    assertThat(Protocol.of(read).capabilities().anyObject()).isTrue();
  }

  @Test
  void sha256RepositoriesAreRefused() throws Exception {
    var read = advertisement("version 2\n", "object-format=sha256\n", "");

    assertThatThrownBy(() -> Protocol.of(read))
        .isInstanceOfSatisfying(
            TryFailedException.class,
            e -> assertThat(e.kind()).isEqualTo(RemoteException.Kind.UNSUPPORTED))
        .hasMessageContaining("sha256");
  }

  @Property
  void noAdvertisementDoesMoreThanFail(@ForAll byte[] bytes) {
    try {
      assertThat(Advertisement.read(new ByteArrayInputStream(bytes))).isNotNull();
    } catch (IOException e) {
      assertThat(e).isNotNull();
    }
  }

  private static RemoteRef ref(
      String name, String id, Optional<String> target, Optional<ObjectId> peeled) {
    return new RemoteRef(name, Optional.of(ObjectId.fromString(id)), target, peeled);
  }
}
