/**
 * Real git servers, generated repositories, slow and faulty links, all on loopback: what the tests
 * and the benchmarks of the other rooms stand on. Never part of what a user runs.
 */
package dev.gitfs.testkit;
