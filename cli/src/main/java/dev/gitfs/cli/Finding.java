package dev.gitfs.cli;

/**
 * One thing that was looked at.
 *
 * @param subject what was looked at
 * @param verdict how it is
 * @param found what was found, for people
 * @param remedy what to do, a command where there is one; empty if nothing
 */
record Finding(String subject, Verdict verdict, String found, String remedy) {

  enum Verdict {
    FINE("OK"),
    /** Mounting works, something around it does not. */
    LACKING("MISSING"),
    /** Mounting does not work like this. */
    BROKEN("WRONG");

    private final String label;

    Verdict(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  static Finding fine(String subject, String found) {
    return new Finding(subject, Verdict.FINE, found, "");
  }

  static Finding lacking(String subject, String found, String remedy) {
    return new Finding(subject, Verdict.LACKING, found, remedy);
  }

  static Finding broken(String subject, String found, String remedy) {
    return new Finding(subject, Verdict.BROKEN, found, remedy);
  }
}
