package dev.gitfs.cli.config;

/**
 * A configuration file cannot be used. The message names the file, with line and column where there
 * are such, and what is allowed there.
 */
public final class SettingsException extends Exception {

  SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
