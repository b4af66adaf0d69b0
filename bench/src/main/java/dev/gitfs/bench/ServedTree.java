package dev.gitfs.bench;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A tree served by git http-backend at the far end of a slow network, and beside it a tiny one at
 * the near end, to warm programs up with. Closing it ends the server.
 */
final class ServedTree implements AutoCloseable {
  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository tree;
  private final TestRepository tiny;
  private final HttpBackendServer server;
  private final SlowLink link;
  private final Thread earlyEnd;

  ServedTree(BenchTree tree, Network network) throws IOException {
    this.tree = tree.serveFrom(repositories);
    tiny = repositories.create("tiny.git");
    tiny.commit(new Snapshot().file("README", "Hello.\n").file("a/b", "c\n"));
    server = new HttpBackendServer(repositories).withoutRecord();
    link = new SlowLink(server, network.roundTrip(), network.bitsPerSecond());
    earlyEnd = new Thread(repositories::close);
    Runtime.getRuntime().addShutdownHook(earlyEnd);
  }

  String url() {
    return link.url(server.url(tree));
  }

  /** A repository of two files, without the network's delay. */
  String tinyUrl() {
    return server.url(tiny);
  }

  /** Whether clients are told from now on that there is {@code object-info}. */
  void offerObjectInfo(boolean offered) {
    server.offerObjectInfo(offered);
  }

  /** Since the start. */
  Traffic traffic() {
    return new Traffic(
        server.requestsReceived(),
        link.roundTrips() + link.connections(),
        link.bytesDown() / Unit.BYTES_PER_MEBIBYTE);
  }

  /** All regular files of the tree, in git's order. */
  List<TreeFile> files() {
    var files = new ArrayList<TreeFile>();
    for (var entry : tree.git("ls-tree", "-r", "-l", "-z", "HEAD").text().split("\0")) {
      // mode SP type SP id SP size, padded, TAB path; 100644 and 100755 are files.
      var tab = entry.indexOf('\t');
      var attributes = entry.substring(0, tab).split(" +");
      if (attributes[0].startsWith("100")) {
        files.add(new TreeFile(entry.substring(tab + 1), Long.parseLong(attributes[3])));
      }
    }
    return files;
  }

  /** Reads the server's packs, so that no client waits for the server's disk. */
  void warmUp() {
    tree.git("cat-file", "--batch-all-objects", "--batch-check", "--unordered");
  }

  @Override
  public void close() {
    link.close();
    server.close();
    try {
      Runtime.getRuntime().removeShutdownHook(earlyEnd);
    } catch (IllegalStateException e) {
      // It runs already, and closes them.
      return;
    }
    repositories.close();
  }
}
