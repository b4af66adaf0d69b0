package dev.gitfs.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelOptionsTest {

  @Test
  void optionsComeInListsAndRepeated() {
    assertThat(KernelOptions.parse(List.of("noexec,allow_other", "", "noexec", "ro,")).names())
        .containsExactly("allow_other", "noexec", "ro");
  }

  @Test
  void anUnknownOptionIsRefusedWithWhatIsAllowed() {
    assertThatThrownBy(() -> KernelOptions.parse(List.of("ro,suid=0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'suid=0'")
        .hasMessageContaining("allow_other");
  }

  @Test
  void everyAllowedOptionIsOneTheTransportTakes() {
    String all = KernelOptions.parse(KernelOptions.ALLOWED).toString();

    assertThat(dev.gitfs.fuse.MountOptions.readOnly("x", "y").with(all).allowOther()).isTrue();
  }
}
