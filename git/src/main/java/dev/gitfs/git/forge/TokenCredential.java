package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Credential;
import dev.gitfs.git.remote.CredentialSource;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * A forge's token, as its git server is shown it.
 *
 * @param form what user and password the token makes there
 * @param proactive whether the server is known to take it
 */
record TokenCredential(
    String forge, Token token, Function<Token, Credential> form, boolean proactive)
    implements CredentialSource {

  static Optional<CredentialSource> of(Forge forge, Function<Token, Credential> form) {
    return forge
        .token()
        .map(token ->
            new TokenCredential(forge.name(), token, form, forge.kind() != ForgeKind.PLAIN));
  }

  @Override
  public Credential credential() throws IOException {
    return form.apply(token.renewed());
  }

  @Override
  public String name() {
    return token.origin() + " of [forge." + forge + "]";
  }

  @Override
  public String advice() {
    return token.file().isPresent()
        ? "put a new token into " + token.file().get()
        : "set another there, and mount again";
  }
}
