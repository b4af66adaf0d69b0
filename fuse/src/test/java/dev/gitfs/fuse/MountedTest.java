package dev.gitfs.fuse;

import static dev.gitfs.fuse.MemoryFileSystem.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What processes see of a mounted file system, and how often it is asked for that. */
@Timeout(60)
class MountedTest {
  private final MemoryFileSystem fs = new MemoryFileSystem();
  private TestMount mount;

  @BeforeEach
  void mount() throws IOException {
    fs.file(fs.root, "hello", "Hello, world\n");
    fs.file(fs.root, "empty", "");
    fs.link(fs.root, "link", "hello");
    var sub = fs.directory(fs.root, "sub");
    fs.file(sub, "deep", "deeper\n");
    var raw = fs.link(sub, "raw", "");
    raw.content = new byte[] {(byte) 0xff, '\n', (byte) 0x80};
    fs.add(sub, FileType.REGULAR, new byte[] {'a', '\n', (byte) 0xfe}, utf8("odd"));
    var big = fs.file(fs.root, "big", "");
    big.content = new byte[5_000_001];
    new Random(7).nextBytes(big.content);
    mount = TestMount.of(fs);
  }

  @AfterEach
  void unmount() throws IOException {
    mount.close();
  }

  @Test
  void namesTypesAndSizesAreListed() {
    assertThat(mount.sh("ls -A").ok().lines())
        .containsExactly("big", "empty", "hello", "link", "sub");
    assertThat(mount.sh("stat -c '%F %s %a %h %i' hello sub link empty").ok().lines())
        .containsExactly(
            "regular file 13 644 1 2",
            "directory 0 755 2 5",
            "symbolic link 5 644 1 4",
            "regular empty file 0 644 1 3");
    assertThat(mount.sh("find . -type f -printf x").ok()).isEqualTo("xxxxx");
  }

  @Test
  void timesAreKeptToTheNanosecond() {
    assertThat(mount.sh("TZ=UTC stat -c %y hello").ok())
        .startsWith("2001-09-09 01:46:40.123456789");
  }

  @Test
  void contentsAreReadInEveryWay() {
    String sum = "sha1sum < ";
    String expected = mount.sh(sum + "big").ok();

    assertThat(mount.sh("cat hello sub/deep").ok()).isEqualTo("Hello, world\ndeeper\n");
    assertThat(mount.sh("cat empty").ok()).isEmpty();
    assertThat(mount.sh("dd if=big bs=1M iflag=direct status=none | sha1sum").ok())
        .isEqualTo(expected);
    assertThat(
            mount
                .sh(
                    "python3 -c \"import mmap,hashlib; f=open('big','rb');"
                        + "m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ);"
                        + "print(hashlib.sha1(m).hexdigest()+'  -')\"")
                .ok())
        .isEqualTo(expected);
    assertThat(mount.sh("tail -c 1 big | od -An -tu1").ok())
        .isEqualToIgnoringWhitespace(
            Integer.toString(bigContent()[bigContent().length - 1] & 0xFF));
    assertThat(mount.sh("dd if=big bs=1 skip=4999999 count=9 status=none | wc -c").ok())
        .isEqualToIgnoringWhitespace("2");
  }

  private byte[] bigContent() {
    return fs.root.children.stream()
        .filter(node -> Arrays.equals(node.name, utf8("big")))
        .findFirst()
        .orElseThrow()
        .content;
  }

  @Test
  void aLargeReadComesInOneRequest() {
    mount.sh("dd if=big of=/dev/null bs=1M count=1 iflag=direct status=none").ok();

    assertThat(fs.calls("read")).isEqualTo(1);
  }

  @Test
  void namesAndTargetsAreRawBytes() {
    assertThat(mount.sh("readlink -n sub/raw").ok()).isEqualTo("\u00ff\n\u0080");
    assertThat(mount.sh("cat \"$(printf 'sub/a\\n\\xfe')\"").ok()).isEqualTo("odd");
    assertThat(mount.sh("cd sub && printf '%s|' *").ok()).contains("a\n\u00fe|");
  }

  @Test
  void linksAreFollowed() {
    assertThat(mount.sh("cat link").ok()).isEqualTo("Hello, world\n");
    mount.sh("cat link; readlink link").ok();

    assertThat(fs.calls("readlink")).as("cached").isEqualTo(1);
  }

  @Test
  void whatIsAskedOnceIsNotAskedAgain() {
    for (int i = 0; i < 5; i++) {
      mount.sh("stat hello; cat hello; ls -U sub >/dev/null; test ! -e absent").ok();
    }

    assertThat(fs.calls("open") + fs.calls("opendir")).isZero();
    assertThat(fs.calls("lookup")).as("hello, sub, absent").isLessThanOrEqualTo(3);
    assertThat(fs.calls("read")).isLessThanOrEqualTo(1);
    assertThat(fs.calls("readdir") + fs.calls("readdirplus")).isLessThanOrEqualTo(3);
    assertThat(fs.calls("release") + fs.calls("releasedir")).isZero();
  }

  @Test
  void aDirectoryLongerThanABufferIsListedWhole() {
    var many = fs.directory(fs.root, "many");
    for (int i = 0; i < 5_000; i++) {
      fs.file(many, "%05d-with-a-name-of-some-length".formatted(i), "");
    }
    String names = mount.sh("ls -U many").ok();

    assertThat(names.lines()).hasSize(5_000).isSorted();
    assertThat(mount.sh("ls -lU many | tail -n +2 | wc -l").ok())
        .isEqualToIgnoringWhitespace("5000");
  }

  @Test
  void manyProcessesAtOnceSeeTheSame() {
    String readers =
        IntStream.range(0, 16)
            .mapToObj(i -> "(cat big hello | sha1sum; find . | sort | sha1sum) &")
            .collect(Collectors.joining(" "));

    assertThat(mount.sh(readers + " wait").ok().lines().distinct()).hasSize(2);
  }

  @Test
  void writesAreRefusedAsReadOnly() {
    for (String attempt :
        new String[] {
          "touch hello",
          "touch new",
          "echo x > hello",
          "echo x >> hello",
          "mkdir d",
          "rm hello",
          "rmdir sub",
          "mv hello other",
          "ln hello hard",
          "ln -s a b",
          "chmod 600 hello",
          "truncate -s 1 hello",
          "mknod p p",
          "python3 -c \"import os; os.setxattr('hello','user.x',b'y')\""
        }) {
      var result = mount.sh(attempt);
      assertThat(result.status()).as(attempt).isNotZero();
      assertThat(result.err()).as(attempt).contains("Read-only file system");
    }
  }

  @Test
  void writesAreRefusedByTheFileSystemItselfToo() throws IOException {
    try (var writable = TestMount.of(fs, MountOptions.readOnly("example", "test").writable())) {
      for (String attempt :
          new String[] {
            "touch -m hello",
            "touch new",
            "echo x > hello",
            "mkdir d",
            "rm hello",
            "rmdir sub",
            "mv hello other",
            "ln hello hard",
            "ln -s a b",
            "chmod 600 hello",
            "mknod p p",
            "truncate -s 1 hello",
            "fallocate -l 9 hello"
          }) {
        var result = writable.sh(attempt);
        assertThat(result.status()).as(attempt).isNotZero();
        assertThat(result.err()).as(attempt).contains("Read-only file system");
      }
    }
  }

  @Test
  void xattrsAreReadAndListed() {
    String python = "python3 -c \"import os; print(%s)\"";

    assertThat(mount.sh(python.formatted("os.getxattr('hello','user.example')")).ok())
        .startsWith("b'value of 2");
    assertThat(mount.sh(python.formatted("os.listxattr('hello')")).ok())
        .startsWith("['user.example', 'user.other']");
    assertThat(mount.sh(python.formatted("os.getxattr('hello','user.no')")).err())
        .contains("No data available");
  }

  @Test
  void statfsIsAnswered() {
    assertThat(mount.sh("stat -f -c '%b %f %c %l %s' .").ok())
        .isEqualToIgnoringWhitespace("1000 0 " + (7 + 2) + " 255 4096");
  }

  @Test
  void theMountIsNamedAsAsked() throws IOException {
    assertThat(mount.sh("findmnt -n -o SOURCE,FSTYPE,OPTIONS .").ok())
        .startsWith("example fuse.test ro,nosuid,nodev");
  }

  @Test
  void aFileSystemWithHandlesSeesEachOpenedAndReleased() throws Exception {
    var handles =
        new MemoryFileSystem(new Features(true, true, Features.ReadDirPlus.ALWAYS, false));
    handles.file(handles.root, "hello", "Hello");
    try (var other = TestMount.of(handles)) {
      other.sh("cat hello hello; ls; ls").ok();
    }

    assertThat(handles.calls("open")).isEqualTo(2).isEqualTo(handles.calls("release"));
    assertThat(handles.calls("opendir")).isEqualTo(2).isEqualTo(handles.calls("releasedir"));
    assertThat(handles.calls("readdir")).isZero();
  }

  @Test
  void aFileSystemWithoutXattrsIsAskedForThemOnce() throws Exception {
    var plain = new WithoutXattrs();
    plain.file(plain.root, "hello", "Hello");
    try (var other = TestMount.of(plain)) {
      String query = "python3 -c \"import os; os.getxattr('hello','user.example')\"; ";
      assertThat(other.sh(query.repeat(3)).err()).contains("Operation not supported");
    }

    assertThat(plain.calls("getxattr")).isEqualTo(1);
  }

  @Test
  void aListingWithAttributesAsksForAccessListsOnce() {
    mount.sh("ls -lR").ok();
    String access = "getxattr system.posix_acl_access";
    long first = fs.calls(access);
    mount.sh("ls -lR; ls -lR").ok();

    assertThat(first).isPositive();
    assertThat(fs.calls(access)).isEqualTo(first);
  }

  @Test
  void othersMayReadWhenTheyAreAllowedTo() throws IOException {
    var plain = new WithoutXattrs();
    plain.file(plain.directory(plain.root, "sub"), "file", "for all");
    for (MemoryFileSystem each : List.of(fs, plain)) {
      var options = MountOptions.readOnly("example", "test").allowOther(true);
      try (var open = TestMount.of(each, options)) {
        assertThat(open.sh("setpriv --reuid=65534 --clear-groups ls -l sub").ok())
            .contains("-rw-r--r--");
        assertThat(open.sh("setpriv --reuid=65534 --clear-groups touch sub/file").status())
            .isNotZero();
      }
    }
  }

  private static final class WithoutXattrs extends MemoryFileSystem {
    @Override
    public void getxattr(Request request, long node, Name name, XattrReply reply)
        throws FuseException {
      called("getxattr");
      throw Errno.ENOSYS.exception();
    }
  }
}
