package dev.gitfs.mount.namespace;

import dev.gitfs.git.forge.Hosted;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Site;
import java.io.IOException;

/** A forge of the namespace: how to ask it, what may be opened, and whether it answers. */
final class ForgeInUse {

  private final Site site;
  private final NamespaceOptions options;
  private final Ledger ledger;
  private final Reachability reachability = new Reachability();

  ForgeInUse(Site site, NamespaceOptions options, Ledger ledger) {
    this.site = site;
    this.ledger = ledger;
    this.options = options;
  }

  Site site() {
    return site;
  }

  NamespaceOptions options() {
    return options;
  }

  Ledger ledger() {
    return ledger;
  }

  String name() {
    return site.forge().name();
  }

  Rules rules() {
    return options.rules();
  }

  /** Does what asks this forge's git server, unless that was silent a moment ago. */
  <V> V reach(Hosted hosted, Joint.Work<V> work) throws IOException, InterruptedException {
    reachability.check();
    return note(hosted, work);
  }

  /** The same for what the cache may answer when the server does not: it is always tried. */
  <V> V note(Hosted hosted, Joint.Work<V> work) throws IOException, InterruptedException {
    try {
      V outcome = work.run();
      reachability.reached();
      return outcome;
    } catch (IOException e) {
      var refusal = Refusal.of(hosted, e);
      if (refusal.isOffline()) {
        reachability.failed(refusal);
      } else {
        reachability.reached();
      }
      throw e;
    }
  }
}
