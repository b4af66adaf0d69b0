package dev.gitfs.git.remote;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/**
 * What a message's body is, as RFC 9110 (8.3.1) has it: without its parameters, and whatever the
 * case in which it was written.
 *
 * @param name {@code type/subtype} in lower case; empty where none was given
 */
record MediaType(String name) {

  /** Of several the last counts, as for curl: a proxy appends its own. */
  static MediaType of(HttpHeaders headers) {
    List<String> values = headers.allValues("Content-Type");
    return values.isEmpty() ? new MediaType("") : parse(values.getLast());
  }

  static MediaType parse(String value) {
    int parameters = value.indexOf(';');
    String type = parameters < 0 ? value : value.substring(0, parameters);
    return new MediaType(type.strip().toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return name.isEmpty() ? "nothing it has a name for" : name;
  }
}
