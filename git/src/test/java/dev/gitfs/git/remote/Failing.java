package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts about requests that end in a {@link RemoteException}. */
final class Failing {

  private Failing() {}

  /** The exception with which {@code call} fails, which is of that kind. */
  static RemoteException with(RemoteException.Kind kind, ThrowingCallable call) {
    var thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(RemoteException.class);
    var failure = (RemoteException) thrown;
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return failure;
  }
}
