package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** A user name and a password or token. Its text form shows neither. */
public record Credential(String user, String password) {

  /** The value of a Basic {@code Authorization} header. */
  public String basic() {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "Credential[…]";
  }
}
