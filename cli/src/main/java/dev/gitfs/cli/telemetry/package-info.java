/** What the daemon writes down about itself. No credential gets past here. */
package dev.gitfs.cli.telemetry;
