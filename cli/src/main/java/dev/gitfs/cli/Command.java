package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * One command: what may be typed, and what is done then. Its syntax is built in code rather than
 * read from annotations: that takes a third of the time, and a user waits for it.
 */
interface Command extends Callable<Integer> {

  /** The syntax, without what all commands have. Called once. */
  CommandSpec syntax();

  /** An option that is there or not. */
  static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names)
        .type(boolean.class)
        .initialValue(false)
        .description(description)
        .build();
  }

  /** Reads an option's value as a size. */
  static ByteSize size(String text) {
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** Does it. Values come from the options that {@link #syntax} is made of. */
  @Override
  Integer call() throws Exception;
}
