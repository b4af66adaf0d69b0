package dev.gitfs.cli.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Configures logging, in code: reading XML at start would cost more than all the rest of logging.
 * What it needs to know comes in system properties, for logging starts before anything else.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {

  /** System property: the file to log to; standard error if it is not set. */
  public static final String FILE = "gitfs.log.file";

  /** System property: the level our own code logs from. */
  public static final String LEVEL = "gitfs.log.level";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    var layout = new LogLine();
    layout.setContext(context);
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = destination();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    // Not the JDK's own: at DEBUG it tells of every process that is started, arguments and all.
    context.getLogger("dev.gitfs").setLevel(Level.toLevel(System.getProperty(LEVEL), Level.INFO));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static OutputStreamAppender<ILoggingEvent> destination() {
    String file = System.getProperty(FILE);
    if (file != null) {
      return new LogFile(Path.of(file));
    }
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setTarget("System.err");
    return console;
  }
}
