package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What a {@code -o} argument means. */
class MountOptionsTest {
  private final MountOptions usual = MountOptions.readOnly("example", "test");

  @Test
  void optionsWithAComponentSetIt() {
    MountOptions options = usual.with("allow_other,rw,fsname=a b,subtype=x,default_permissions");

    assertThat(options.allowOther()).isTrue();
    assertThat(options.readOnly()).isFalse();
    assertThat(options.defaultPermissions()).isTrue();
    assertThat(options.fsname()).isEqualTo("a b");
    assertThat(options.subtype()).isEqualTo("x");
    assertThat(options.flags()).isEmpty();
  }

  @Test
  void flagsOfMountAreKept() {
    assertThat(usual.with("noexec").with("noatime,,sync").flags())
        .containsExactly("noexec", "noatime", "sync");
    assertThat(usual.with("")).isEqualTo(usual);
  }

  @Test
  void whatIsNotKnownIsNamed() {
    assertThatThrownBy(() -> usual.with("ro,fast"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Unknown mount option \"fast\"");
    assertThatThrownBy(() -> usual.with("fd=3")).hasMessageContaining("fd=3");
    assertThatThrownBy(() -> usual.with("subtype=a,fsname=b").with("max_read=1"))
        .hasMessageContaining("max_read=1");
  }
}
