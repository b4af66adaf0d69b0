/**
 * Every repository under one directory: forges, owners, groups and repositories by their names,
 * each repository opened when something in it is looked for and closed when nobody uses it.
 */
package dev.gitfs.mount.namespace;
