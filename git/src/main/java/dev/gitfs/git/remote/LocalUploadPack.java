package dev.gitfs.git.remote;

import java.io.IOException;

/**
 * Serves a repository on this machine through git's own upload-pack. What a server may refuse, a
 * partial clone among it, is for the user to decide here, and is allowed.
 */
final class LocalUploadPack {

  private final RemoteUrl.Local url;
  private final GitProgram git;

  LocalUploadPack(RemoteUrl.Local url, GitProgram git) {
    this.url = url;
    this.git = git;
  }

  Duplex connect() throws IOException {
    var command =
        git.inside(
            "-c",
            "uploadpack.allowFilter=true",
            "-c",
            "uploadpack.allowAnySHA1InWant=true",
            "-c",
            "transfer.advertiseObjectInfo=true",
            "upload-pack",
            url.directory().toString());
    command.environment().put("GIT_PROTOCOL", "version=2");
    return ProcessDuplex.start(command);
  }
}
