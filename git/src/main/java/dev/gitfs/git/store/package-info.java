/**
 * The local object store: what a mount reads from. Finds objects, fetches what is missing (merged,
 * single flight), knows sizes, keeps memory and disk within bounds. On disk it is a bare partial
 * clone that stock git can read.
 */
package dev.gitfs.git.store;
