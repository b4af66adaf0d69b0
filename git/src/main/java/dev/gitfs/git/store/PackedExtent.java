package dev.gitfs.git.store;

/**
 * Where an object stands in a pack.
 *
 * @param offset where its header begins
 * @param body where its deflated bytes begin
 * @param end where they end
 * @param crc over all of that
 */
record PackedExtent(long offset, long body, long end, int crc) {}
