/** The long-running process that serves mounts, and how commands reach it. */
package dev.gitfs.cli.daemon;
