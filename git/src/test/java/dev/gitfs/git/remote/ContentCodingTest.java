package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content codings and media types, as servers write them. */
class ContentCodingTest {

  private static byte[] gzip(byte[] plain) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static String decoded(byte[] coded, String... headers) throws IOException {
    var all = HttpHeaders.of(Map.of("content-encoding", Arrays.asList(headers)), (a, b) -> true);
    return new String(
        ContentCoding.decoded(all, new ByteArrayInputStream(coded)).readAllBytes(), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip", " gzip ", "identity, gzip", "gzip,"})
  void gzipIsWrittenInManyWays(String header) throws IOException {
    assertThat(decoded(gzip("text".getBytes(UTF_8)), header)).isEqualTo("text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "identity", "gzip, gzip", "br", ""})
  void nothingIsCodedInNoWay(String header) throws IOException {
    assertThat(decoded(new byte[0], header)).isEmpty();
  }

  @Test
  void codingsAreUndoneFromTheLast() throws IOException {
    var deflated = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(deflated)) {
      out.write("text".getBytes(UTF_8));
    }

    assertThat(decoded(gzip(deflated.toByteArray()), "deflate, gzip")).isEqualTo("text");
    assertThat(decoded(gzip(deflated.toByteArray()), "deflate", "gzip")).isEqualTo("text");
  }

  @Test
  void aCodingThatNobodyAskedForIsNamed() {
    Assertions.assertThatThrownBy(() -> decoded(new byte[] {1}, "br"))
        .isInstanceOf(TryFailedException.class)
        .hasMessageContaining("br");
  }

  @Test
  void aMediaTypeIsItsNameAlone() {
    var type = new MediaType("application/x-git-upload-pack-result");

    for (String written :
        List.of(
            "application/x-git-upload-pack-result",
            "Application/X-Git-Upload-Pack-RESULT",
            " application/x-git-upload-pack-result ; charset=utf-8")) {
      assertThat(MediaType.parse(written)).isEqualTo(type);
    }
    assertThat(MediaType.parse("application/x-git-upload-pack-results")).isNotEqualTo(type);
  }
}
