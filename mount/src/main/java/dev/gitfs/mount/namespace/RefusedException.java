package dev.gitfs.mount.namespace;

import java.io.IOException;
import java.time.Duration;

/** A repository, or a ref of one, cannot be shown: now, and for a while. */
final class RefusedException extends IOException {

  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;
  private final transient Duration remembered;

  /**
   * @param remembered for how long nobody will ask again
   */
  RefusedException(Refusal refusal, Duration remembered) {
    super(refusal.advice());
    this.refusal = refusal;
    this.remembered = remembered;
  }

  Refusal refusal() {
    return refusal;
  }

  Duration remembered() {
    return remembered;
  }
}
