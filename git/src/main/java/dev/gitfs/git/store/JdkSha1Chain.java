package dev.gitfs.git.store;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDK's SHA-1, which processors do in hardware. {@code MessageDigest} tells no state between
 * blocks, without which a forged block cannot be told from others; so this looks inside, which
 * takes {@code --add-opens=java.base/sun.security.provider=ALL-UNNAMED}.
 */
final class JdkSha1Chain implements Sha1Chain {

  private static final Logger LOG = LoggerFactory.getLogger(JdkSha1Chain.class);

  private static final MethodHandle CREATE;
  private static final MethodHandle UPDATE;
  private static final MethodHandle RESET;
  private static final MethodHandle STATE;

  static {
    MethodHandle create = null;
    MethodHandle update = null;
    MethodHandle reset = null;
    MethodHandle state = null;
    try {
      Class<?> sha = Class.forName("sun.security.provider.SHA");
      var inside = MethodHandles.privateLookupIn(sha, MethodHandles.lookup());
      var whole = MethodType.methodType(void.class, byte[].class, int.class, int.class);
      state =
          inside
              .findGetter(sha, "state", int[].class)
              .asType(MethodType.methodType(int[].class, Object.class));
      update =
          inside
              .findVirtual(sha, "engineUpdate", whole)
              .asType(whole.insertParameterTypes(0, Object.class));
      reset =
          inside
              .findVirtual(sha, "engineReset", MethodType.methodType(void.class))
              .asType(MethodType.methodType(void.class, Object.class));
      create =
          inside
              .findConstructor(sha, MethodType.methodType(void.class))
              .asType(MethodType.methodType(Object.class));
    } catch (ReflectiveOperationException e) {
      LOG.debug("The JDK's SHA-1 is closed, or another one: objects are hashed in Java", e);
    }
    CREATE = create;
    UPDATE = update;
    RESET = reset;
    STATE = state;
  }

  private final Object sha;
  private final int[] state;

  JdkSha1Chain() {
    try {
      sha = CREATE.invokeExact();
      state = (int[]) STATE.invokeExact(sha);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static boolean isOpen() {
    return CREATE != null;
  }

  @Override
  public void reset() {
    try {
      RESET.invokeExact(sha);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  @Override
  public void add(byte[] blocks, int offset, int count) {
    try {
      UPDATE.invokeExact(sha, blocks, offset, count * Sha1Block.BYTES);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  @Override
  public int[] state() {
    return state;
  }

  private static AssertionError impossible(Throwable e) {
    return new AssertionError("hashing does not fail", e);
  }
}
