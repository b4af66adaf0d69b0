/** What a mount shows: the tree of a commit as a file system. */
package dev.gitfs.mount.tree;
