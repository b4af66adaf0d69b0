package dev.gitfs.mount.prefetch;

import dev.gitfs.testkit.Fuzzing;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever bytes come, each parser reads or refuses them, as it says, soon. */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class PrefetchFuzzTest {

  @ParameterizedTest
  @EnumSource
  void anyBytesAreReadOrRefused(PrefetchParsers parser) throws Exception {
    Fuzzing.run(parser);
  }
}
