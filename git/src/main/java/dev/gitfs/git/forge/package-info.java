/**
 * Sites that host repositories: how each kind names, lists and describes them, what it asks for
 * being asked, and which of them may be opened at all.
 */
package dev.gitfs.git.forge;
