package dev.gitfs.git.store;

import java.io.File;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.internal.JGitText;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * How JGit behaves in this process, the settings it has for all repositories together: within a
 * bounded amount of memory, and without looking at anybody's configuration. Left alone it runs
 * {@code git config}, measures the file system with probe files and writes the result to {@code
 * ~/.config/jgit}, a tenth of a second before the first object is read.
 */
final class JGitSettings {

  /** Reads from packs go through this much memory, in every store of the process together. */
  private static final long WINDOW_BYTES = 16 << 20;

  /** Bases of the deltas read last: trees, mostly, and those are small. */
  private static final int DELTA_BASE_BYTES = 4 << 20;

  /**
   * Coarser than the time stamps of any file system of Linux, which advance with the kernel's tick
   * (10 ms at most). For so long after a pack has come, a look for another one reads the directory.
   */
  private static final long TIMESTAMP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private JGitSettings() {}

  /** Has JGit read the texts of all its messages, one field after the other by reflection. */
  static void prepare() {
    JGitText.get();
  }

  /**
   * Objects above {@code streamBytes} are streamed, not held. May be called any number of times.
   */
  static synchronized void apply(int streamBytes) {
    if (!(SystemReader.getInstance() instanceof Unconfigured)) {
      SystemReader.setInstance(new Unconfigured(SystemReader.getInstance()));
    }
    var windows = new WindowCacheConfig();
    windows.setPackedGitMMAP(false);
    windows.setPackedGitLimit(WINDOW_BYTES);
    windows.setPackedGitUseStrongRefs(true);
    // An index that was read once is there when the pack's files are not: no look-up then fails.
    windows.setPackedIndexGitUseStrongRefs(true);
    windows.setDeltaBaseCacheLimit(DELTA_BASE_BYTES);
    windows.setStreamFileThreshold(streamBytes);
    // Nobody looks, and starting JMX takes longer than all else in opening a store.
    windows.setExposeStatsViaJmx(false);
    windows.install();
  }

  private static final class Unconfigured extends SystemReader.Delegate {

    Unconfigured(SystemReader delegate) {
      super(delegate);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
      return new NoFile(fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
      return new NoFile(fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
      return new NoFile(fs);
    }
  }

  /** Empty but for what JGit would else measure, and never written. */
  private static final class NoFile extends FileBasedConfig {

    NoFile(FS fs) {
      super(new File("/dev/null"), fs);
    }

    @Override
    public long getTimeUnit(
        String section, String subsection, String name, long fallback, TimeUnit unit) {
      return section.equals("filesystem")
          ? unit.convert(TIMESTAMP_NANOS, TimeUnit.NANOSECONDS)
          : super.getTimeUnit(section, subsection, name, fallback, unit);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
