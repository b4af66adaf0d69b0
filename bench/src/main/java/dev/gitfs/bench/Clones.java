package dev.gitfs.bench;

import java.util.List;

/** The ways of stock git to have a tree on the disk without all of its history. */
enum Clones {
  SHALLOW("git clone --depth 1"),
  BLOBLESS("git clone --filter=blob:none"),
  TREELESS("git clone --filter=tree:0 --depth 1");

  private final String command;

  Clones(String command) {
    this.command = command;
  }

  /** As a user types it, without URL and directory. */
  String command() {
    return command;
  }

  /** What comes after {@code git}. */
  List<String> arguments() {
    return List.of(command.split(" ")).subList(1, command.split(" ").length);
  }
}
