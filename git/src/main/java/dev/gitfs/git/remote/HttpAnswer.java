package dev.gitfs.git.remote;

import java.net.URI;
import java.net.http.HttpHeaders;

/**
 * The head of an HTTP response, and its body as it comes.
 *
 * @param uri what was asked
 * @param body coded as the headers say; empty where there is none
 */
record HttpAnswer(URI uri, int statusCode, HttpHeaders headers, Inflow body) {}
