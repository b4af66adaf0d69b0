package dev.gitfs.fuse;

/**
 * How one kind of request is run: takes what it needs from the request, begins the answer and calls
 * the file system. Everything else (threads, errors, sending) is the {@link Dispatcher}'s.
 */
@FunctionalInterface
interface Operation {
  void run(FileSystem fileSystem, Exchange exchange) throws FuseException, InterruptedException;
}
