/** Where things are and what they may take, unless a user says otherwise. */
package dev.gitfs.cli.config;
