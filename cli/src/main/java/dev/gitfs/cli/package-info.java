/** The commands a user types. */
package dev.gitfs.cli;
