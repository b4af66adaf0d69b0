package dev.gitfs.cli.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.temporal.ChronoUnit;

/** How an event looks in the log. Every word that gets there passes through here. */
final class LogLine extends LayoutBase<ILoggingEvent> {

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(160);
    line.append(event.getInstant().truncatedTo(ChronoUnit.MILLIS))
        .append(' ')
        .append(event.getLevel())
        .append(" [")
        .append(event.getThreadName())
        .append("] ")
        .append(event.getLoggerName().replaceFirst("^dev\\.gitfs\\.", ""))
        .append(": ")
        .append(Printable.line(event.getFormattedMessage()))
        .append('\n');
    if (event.getThrowableProxy() != null) {
      line.append(Printable.of(ThrowableProxyUtil.asString(event.getThrowableProxy())));
    }
    return Secrets.hide(line.toString());
  }
}
