package dev.gitfs.bench;

/**
 * What clients have cost a server.
 *
 * @param requests HTTP requests
 * @param roundTrips how often a client spoke after the server had, a connection's handshake
 *     included
 * @param mebibytes received by clients
 */
record Traffic(long requests, long roundTrips, double mebibytes) {

  Traffic since(Traffic earlier) {
    return new Traffic(
        requests - earlier.requests,
        roundTrips - earlier.roundTrips,
        mebibytes - earlier.mebibytes);
  }
}
