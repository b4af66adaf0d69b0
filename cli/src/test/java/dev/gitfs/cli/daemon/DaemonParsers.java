package dev.gitfs.cli.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.testkit.Fuzzing;
import java.io.IOException;

/** What reads what commands and daemons say to each other. */
enum DaemonParsers implements Fuzzing.Parser {

  /** What is understood is understood again. */
  WIRE {
    @Override
    public void read(byte[] bytes) throws IOException {
      var message = Wire.decode(new String(bytes, UTF_8), Message.class);
      Wire.encode(message);
    }
  },

  /** A line of the kernel's table. */
  MOUNT {
    @Override
    public void read(byte[] bytes) {
      KernelMounts.parse(new String(bytes, ISO_8859_1));
    }
  }
}
