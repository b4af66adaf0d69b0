package dev.gitfs.cli.telemetry;

import java.util.regex.Pattern;

/** Takes credentials out of text that is about to be written down or shown. */
public final class Secrets {

  private static final String MASK = "***";

  /** {@code user:password@} of a URL; the password of a URL without a user counts as well. */
  private static final Pattern IN_URL =
      Pattern.compile("(?<=://)[^/@\\s\"'<>]*:[^/\\s\"'<>]*(?=@)");

  /** A bare token before the host of an http URL; for ssh this is a user's name and stays. */
  private static final Pattern TOKEN_IN_URL =
      Pattern.compile("(?i)(?<=https?://)[^/@:\\s\"'<>]+(?=@)");

  private static final Pattern IN_HEADER =
      Pattern.compile(
          "(?i)\\b((?:proxy-)?authorization|(?:set-)?cookie|private-token|x-[a-z-]*token)"
              + "(\\s*[:=]\\s*)[^\\r\\n]+");

  /** Lines of {@code git credential}. */
  private static final Pattern IN_CREDENTIAL =
      Pattern.compile("(?im)^(password|oauth_refresh_token|credential)=.*$");

  private Secrets() {}

  /** {@code text} with every credential in it replaced by asterisks. */
  public static String hide(String text) {
    String hidden = text;
    // Most lines hold none of the characters that all these have in common.
    if (hidden.indexOf('@') >= 0) {
      hidden = IN_URL.matcher(hidden).replaceAll(MASK);
      hidden = TOKEN_IN_URL.matcher(hidden).replaceAll(MASK);
    }
    if (hidden.indexOf(':') >= 0 || hidden.indexOf('=') >= 0) {
      hidden = IN_HEADER.matcher(hidden).replaceAll("$1$2" + MASK);
      hidden = IN_CREDENTIAL.matcher(hidden).replaceAll("$1=" + MASK);
    }
    return hidden;
  }
}
