/**
 * The system calls that FUSE needs, by downcalls to libc. Knows the Linux ABI of x86-64 and aarch64
 * and nothing of the protocol. Numbers that differ between the two (some flags of open(2), for
 * instance O_DIRECT and O_DIRECTORY) are passed through and never spelled here.
 */
package dev.gitfs.fuse.linux;
