package dev.gitfs.mount.namespace;

import java.util.Set;

/**
 * Names that programs look for wherever they are, which no server is bothered with: they are no
 * owners and no repositories, unless a forge lists one of that name.
 */
final class Probes {

  /** Exact names. */
  private static final Set<String> NAMES =
      Set.of(
          // Version control: is this a working copy, up to the root of the file system?
          ".git",
          ".hg",
          ".svn",
          ".bzr",
          ".jj",
          ".sl",
          ".pijul",
          ".fslckout",
          "_darcs",
          "_FOSSIL_",
          "CVS",
          // git: is this a bare repository?
          "HEAD",
          "commondir",
          // Rules for walkers: ripgrep, fd, git, editors.
          ".gitignore",
          ".gitattributes",
          ".gitmodules",
          ".ignore",
          ".rgignore",
          ".fdignore",
          ".dockerignore",
          ".editorconfig",
          // Shells and version switchers, at every cd.
          ".envrc",
          ".env",
          ".tool-versions",
          ".mise.toml",
          "mise.toml",
          ".python-version",
          ".ruby-version",
          ".node-version",
          ".nvmrc",
          ".java-version",
          ".sdkmanrc",
          ".venv",
          // Build tools and language servers, which look for their project upwards.
          "package.json",
          "node_modules",
          "tsconfig.json",
          "jsconfig.json",
          "deno.json",
          "pnpm-workspace.yaml",
          "yarn.lock",
          "Cargo.toml",
          ".cargo",
          "rust-toolchain",
          "rust-toolchain.toml",
          "rustfmt.toml",
          ".rustfmt.toml",
          "clippy.toml",
          "go.mod",
          "go.work",
          "pom.xml",
          ".mvn",
          "build.gradle",
          "settings.gradle",
          "build.gradle.kts",
          "settings.gradle.kts",
          "build.xml",
          "Makefile",
          "GNUmakefile",
          "CMakeLists.txt",
          "compile_commands.json",
          "compile_flags.txt",
          ".clangd",
          ".clang-format",
          ".clang-tidy",
          "WORKSPACE",
          "WORKSPACE.bazel",
          "MODULE.bazel",
          ".bazelrc",
          "pyproject.toml",
          "setup.py",
          "setup.cfg",
          "tox.ini",
          "pytest.ini",
          "Pipfile",
          ".flake8",
          ".pylintrc",
          "mypy.ini",
          "ruff.toml",
          ".ruff.toml",
          "Gemfile",
          "Rakefile",
          "composer.json",
          "mix.exs",
          ".eslintrc.js",
          ".eslintrc.json",
          "eslint.config.js",
          "eslint.config.mjs",
          ".prettierrc",
          ".prettierrc.json",
          "GTAGS",
          ".vscode",
          ".idea",
          ".vimrc",
          ".exrc",
          ".nvim.lua",
          ".dir-locals.el",
          ".projectile",
          // Instructions for agents, which look upwards as well.
          "AGENTS.md",
          "CLAUDE.md",
          "GEMINI.md",
          ".claude",
          ".cursorrules",
          ".cursor",
          // Desktops: trash, icons, thumbnails, indexes.
          ".Trash",
          ".Trashes",
          ".hidden",
          ".directory",
          ".xdg-volume-info",
          ".autorun",
          "autorun",
          "autorun.sh",
          "autorun.inf",
          "AUTORUN.INF",
          "desktop.ini",
          "Desktop.ini",
          "folder.jpg",
          "Folder.jpg",
          "thumbs.db",
          "Thumbs.db",
          ".DS_Store",
          ".localized",
          ".fseventsd",
          ".Spotlight-V100",
          ".metadata_never_index",
          ".metadata_never_index_unless_rootfs",
          ".metadata_direct_scope_only",
          ".AppleDouble",
          ".nomedia",
          "lost+found",
          "System Volume Information",
          "$RECYCLE.BIN",
          "RECYCLER",
          // File servers and snapshots.
          "@eaDir",
          "@Recycle",
          ".snapshot",
          ".snapshots",
          ".zfs",
          ".stfolder",
          ".stversions",
          ".nobackup",
          "CACHEDIR.TAG");

  /** Beginnings: Linux's trash by user, resource forks, leftovers of NFS and FUSE. */
  private static final Set<String> BEGINNINGS =
      Set.of(".Trash-", "._", ".nfs", ".fuse_hidden", ".goutputstream-", "~$", ".~lock.");

  private Probes() {}

  static boolean covers(String name) {
    return NAMES.contains(name)
        || BEGINNINGS.stream().anyMatch(name::startsWith)
        // Backups and swap files of editors.
        || name.endsWith("~")
        || name.endsWith(".swp");
  }
}
