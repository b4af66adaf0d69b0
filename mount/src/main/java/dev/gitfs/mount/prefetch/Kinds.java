package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which kinds of file, told by their extension, one reader reads: a search for text leaves images
 * out, a {@code grep --include=*.c} everything but C, and a tar nothing at all.
 */
public final class Kinds {

  /** Stands for every file that is too large to be brought on suspicion. */
  static final String LARGE = "/large";

  /** Passed over unread this often, a kind has shown that it is not read: 16 are chance enough. */
  private static final int ENOUGH = 16;

  /** A kind of which fewer than one in so many is read is left for demand. */
  private static final int RARE = 8;

  /** Kinds that are rarely read, of which one who reads so many reads the others too. */
  private static final int MANY = 2;

  /**
   * Kinds that those who read source trees file by file rarely read, and that are large: left out
   * until this reader has read one.
   */
  private static final Set<String> UNREAD =
      Set.of(
          // Archives.
          "7z",
          "apk",
          "bz2",
          "deb",
          "dmg",
          "gz",
          "iso",
          "jar",
          "nupkg",
          "rar",
          "rpm",
          "tar",
          "tgz",
          "war",
          "whl",
          "xz",
          "zip",
          "zst",
          // Images.
          "bmp",
          "exr",
          "gif",
          "hdr",
          "heic",
          "icns",
          "ico",
          "jpeg",
          "jpg",
          "png",
          "psd",
          "tga",
          "tif",
          "tiff",
          "webp",
          // Sound and film.
          "aac",
          "avi",
          "flac",
          "m4a",
          "mkv",
          "mov",
          "mp3",
          "mp4",
          "ogg",
          "wav",
          "webm",
          // Documents made for print, fonts, scenes.
          "blend",
          "doc",
          "docx",
          "eot",
          "fbx",
          "glb",
          "otf",
          "pdf",
          "ppt",
          "pptx",
          "ttc",
          "ttf",
          "woff",
          "woff2",
          "xls",
          "xlsx",
          // Programs and libraries.
          "a",
          "class",
          "dll",
          "dylib",
          "exe",
          "lib",
          "o",
          "obj",
          "pdb",
          "pyc",
          "so",
          "wasm",
          // Weights and tables of numbers.
          "bin",
          "ckpt",
          "feather",
          "gguf",
          "h5",
          "hdf5",
          "mat",
          "npy",
          "npz",
          "onnx",
          "parquet",
          "pb",
          "pickle",
          "pkl",
          "pt",
          "pth",
          "safetensors",
          "sqlite",
          "tfrecord",
          LARGE);

  private final Map<String, Tally> tallies = new HashMap<>();

  private static final class Tally {
    int brought;
    int used;
    boolean wanted;

    boolean isRead() {
      return used * RARE >= brought;
    }
  }

  /** The kind of a file with that name: its extension in lower case, empty without one. */
  public static String of(byte[] name) {
    int dot = name.length;
    while (--dot > 0 && name[dot] != '.') {}
    return dot <= 0
        ? ""
        : new String(name, dot + 1, name.length - dot - 1, ISO_8859_1).toLowerCase(Locale.ROOT);
  }

  /** Whether it is left out for a reader of whom nothing is known. */
  static boolean isRarelyRead(String kind) {
    return UNREAD.contains(kind);
  }

  /** Whether this reader can be expected to read such files. */
  boolean expects(String kind) {
    var tally = tallies.get(kind);
    if (tally == null || tally.brought < ENOUGH) {
      return !isRarelyRead(kind) || tally != null && tally.wanted || readsAll(kind);
    }
    return tally.isRead();
  }

  /** Of who reads two kinds that are rarely read, and has passed over none, no kind is left out. */
  private boolean readsAll(String kind) {
    return !kind.equals(LARGE)
        && tallies.entrySet().stream()
                .filter(each -> each.getValue().wanted && !each.getKey().equals(LARGE))
                .count()
            >= MANY
        && tallies.values().stream().allMatch(tally -> tally.brought < ENOUGH || tally.isRead());
  }

  /** A file was brought that the reader has since read, or gone past. */
  void settle(String kind, boolean used) {
    var tally = tallies.computeIfAbsent(kind, _ -> new Tally());
    tally.brought++;
    if (used) {
      tally.used++;
    }
  }

  /** The reader read a file that had been left out: he does read such files, so start afresh. */
  void want(String kind) {
    var tally = tallies.computeIfAbsent(kind, _ -> new Tally());
    tally.brought = 0;
    tally.used = 0;
    tally.wanted = true;
  }
}
