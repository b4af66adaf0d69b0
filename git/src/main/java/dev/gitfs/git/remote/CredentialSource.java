package dev.gitfs.git.remote;

import java.io.IOException;

/**
 * Where a credential comes from that the user's git knows nothing of: a token in a file, a variable
 * or a configuration. It is asked again when what it gave stops working.
 */
public interface CredentialSource {

  /**
   * The credential as it is now.
   *
   * @throws IOException if it cannot be read; the message says why, and shows nothing of it
   */
  Credential credential() throws IOException;

  /** What it is called in messages, with what to do when it is refused. */
  String name();

  /** What to do when the server refuses it. */
  String advice();

  /** Whether the server is known to take it, so that it is sent before the server asks. */
  boolean proactive();
}
