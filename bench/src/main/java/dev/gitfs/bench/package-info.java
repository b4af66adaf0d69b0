/** Benchmarks against git and against the hardware. */
package dev.gitfs.bench;
