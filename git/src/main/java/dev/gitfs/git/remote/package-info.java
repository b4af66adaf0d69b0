/**
 * Talking to git servers in few round trips: URLs, credentials, kept connections over HTTP, ssh,
 * git:// and local processes, and the client side of git's wire protocol, version 2.
 */
package dev.gitfs.git.remote;
