package dev.gitfs.git.store;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.git.remote.CorruptPackException;
import dev.gitfs.git.remote.FetchRequest;
import dev.gitfs.git.remote.PackReceiver;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteRef;
import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.TestRepository;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A repository on this machine as a remote, without a wire: git's own rev-list and pack-objects
 * make the packs. Tests can hold requests back, spoil them and look at each.
 */
final class LocalRemote implements Remote {

  /** What a test does to a request before it is answered. */
  @FunctionalInterface
  interface Gate {
    void pass(FetchRequest request) throws RemoteException, InterruptedException;
  }

  private static final int RETRIES = 2;

  private final TestRepository repository;
  final List<FetchRequest> fetches = new CopyOnWriteArrayList<>();
  final List<List<ObjectId>> sizeRequests = new CopyOnWriteArrayList<>();
  final List<Collection<String>> refRequests = new CopyOnWriteArrayList<>();
  volatile Gate gate = request -> {};

  /** Whether no request reaches it. */
  volatile boolean unreachable;

  /** How a pack comes. */
  volatile Function<byte[], InputStream> wire = ByteArrayInputStream::new;

  volatile Capabilities capabilities = new Capabilities(2, true, true, true, "git/test");

  LocalRemote(TestRepository repository) {
    this.repository = repository;
  }

  @Override
  public String url() {
    return repository.directory().toString();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public List<RemoteRef> listRefs(Collection<String> prefixes) throws RemoteException {
    refRequests.add(prefixes);
    checkReachable();
    var refs = new ArrayList<RemoteRef>();
    var head = repository.git("symbolic-ref", "HEAD").text().strip();
    for (String line : repository.git("show-ref", "--head").lines()) {
      String name = line.substring(41);
      if (prefixes.stream().anyMatch(name::startsWith)) {
        refs.add(
            new RemoteRef(
                name,
                Optional.of(ObjectId.fromString(line.substring(0, 40))),
                Optional.of(head).filter(_ -> name.equals("HEAD")),
                Optional.empty()));
      }
    }
    return refs;
  }

  @Override
  public void fetch(FetchRequest request, PackReceiver receiver)
      throws RemoteException, InterruptedException {
    fetches.add(request);
    checkReachable();
    gate.pass(request);
    var revisions = new ArrayList<>(List.of("-C", url(), "rev-list", "--objects", "--stdin"));
    if (request.depth() == 1) {
      revisions.add("--no-walk");
    }
    request.filter().ifPresent(filter -> revisions.add("--filter=" + filter.spec()));
    var listed = Git.command(revisions).input(lines(request.wants())).run();
    if (listed.exit() != 0) {
      throw new RemoteException(RemoteException.Kind.NO_SUCH_OBJECT, listed.errors());
    }
    byte[] ids =
        listed.lines().stream()
            .map(line -> line.substring(0, 40) + "\n")
            .collect(Collectors.joining())
            .getBytes();
    byte[] pack =
        Git.command(List.of("-C", url(), "pack-objects", "--stdout", "-q"))
            .input(ids)
            .run()
            .orFail()
            .out();
    for (int attempt = 0; ; attempt++) {
      try {
        receiver.receive(wire.apply(pack));
        return;
      } catch (CorruptPackException e) {
        if (attempt == RETRIES) {
          throw new RemoteException(RemoteException.Kind.SERVER_FAILED, e.getMessage(), e);
        }
      } catch (IOException e) {
        throw new RemoteException(RemoteException.Kind.LOCAL, e.getMessage(), e);
      }
    }
  }

  @Override
  public long[] objectSizes(List<ObjectId> ids) throws RemoteException {
    sizeRequests.add(ids);
    checkReachable();
    var answer =
        Git.command(List.of("-C", url(), "cat-file", "--batch-check=%(objectsize)"))
            .input(lines(ids))
            .run()
            .orFail();
    return answer.lines().stream()
        .mapToLong(line -> line.endsWith("missing") ? -1 : Long.parseLong(line))
        .toArray();
  }

  private void checkReachable() throws RemoteException {
    if (unreachable) {
      throw new RemoteException(RemoteException.Kind.UNREACHABLE, url() + " cannot be reached");
    }
  }

  @Override
  public RemoteStatistics statistics() {
    return new RemoteStatistics(fetches.size() + sizeRequests.size() + refRequests.size(), 0, 0, 0);
  }

  @Override
  public void close() {}

  private static byte[] lines(Collection<ObjectId> ids) {
    return ids.stream().map(id -> id.name() + "\n").collect(Collectors.joining()).getBytes();
  }
}
