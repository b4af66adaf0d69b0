package dev.gitfs.git.remote;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP request, whichever client sends it. Its text form shows no header's value.
 *
 * @param body empty for a GET, what a POST sends otherwise
 */
record HttpCall(URI url, List<HttpSettings.Header> headers, Optional<byte[]> body) {

  HttpCall {
    headers = List.copyOf(headers);
  }

  static HttpCall get(String url) {
    return new HttpCall(URI.create(url), List.of(), Optional.empty());
  }

  static HttpCall post(String url, byte[] body) {
    return new HttpCall(URI.create(url), List.of(), Optional.of(body));
  }

  /** The same, with a header instead of those of that name. */
  HttpCall with(String name, String value) {
    var others = new ArrayList<>(headers);
    others.removeIf(header -> header.name().equalsIgnoreCase(name));
    others.add(new HttpSettings.Header(name, value));
    return new HttpCall(url, others, body);
  }

  /** The same, with one header more. */
  HttpCall and(HttpSettings.Header header) {
    var all = new ArrayList<>(headers);
    all.add(header);
    return new HttpCall(url, all, body);
  }
}
