/** Threads that nobody waits for, and what becomes of what they throw. */
package dev.gitfs.git.background;
