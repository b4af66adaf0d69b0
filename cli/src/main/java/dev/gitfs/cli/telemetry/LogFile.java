package dev.gitfs.cli.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * A daemon's log file: for its owner's eyes, and never larger than twice {@link #LARGEST}, the
 * older half in a file of its own.
 */
public final class LogFile extends RollingFileAppender<ILoggingEvent> {

  /** Some ten thousand events: enough to see how a trouble began. */
  private static final FileSize LARGEST = new FileSize(2 * FileSize.MB_COEFFICIENT);

  /** Of a directory's name: with what follows, 255 bytes hold it in any script. */
  private static final int NAME = 60;

  private final Path file;

  LogFile(Path file) {
    this.file = file;
    setFile(file.toString());
    setAppend(true);
  }

  @Override
  public void start() {
    var rolling = new FixedWindowRollingPolicy();
    rolling.setContext(getContext());
    rolling.setParent(this);
    rolling.setFileNamePattern(file + ".%i");
    rolling.setMinIndex(1);
    rolling.setMaxIndex(1);
    rolling.start();
    var bySize = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    bySize.setContext(getContext());
    bySize.setMaxFileSize(LARGEST);
    bySize.start();
    setRollingPolicy(rolling);
    setTriggeringPolicy(bySize);
    super.start();
  }

  @Override
  public void openFile(String name) throws IOException {
    create(Path.of(name));
    super.openFile(name);
  }

  /**
   * The log file of a daemon started to mount on {@code directory}; the same one each time, so that
   * mounting again does not pile up files.
   */
  public static Path of(Path stateDirectory, Path directory) {
    var checksum = new CRC32();
    checksum.update(directory.toString().getBytes(StandardCharsets.UTF_8));
    String last = directory.getFileName() == null ? "root" : directory.getFileName().toString();
    String name = last.substring(0, Math.min(last.length(), NAME)).replaceAll("\\p{Cntrl}", "_");
    return stateDirectory.resolve(
        name + "-" + HexFormat.of().toHexDigits((int) checksum.getValue()) + ".log");
  }

  /** Makes {@code file}, and the directory it is in, if they are absent. */
  public static void create(Path file) throws IOException {
    Directories.createPrivate(file.getParent());
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // From the last mount there; what is new goes to its end.
    }
  }
}
