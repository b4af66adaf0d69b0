package dev.gitfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command line that makes no sense is refused in a sentence that leads to one that does. */
class CommandLineCheckTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          nonsense                | no such command: 'nonsense'; there are mount, run
          nonsense --help         | no such command: 'nonsense'
          nonsense -h             | no such command: 'nonsense'
          --help nonsense         | no such command: 'nonsense'
          --version nonsense      | no such command: 'nonsense'
          help nonsense           | no such command: 'nonsense'
          umuont d                | did you mean umount
          um d                    | did you mean umount?
          stat                    | did you mean stats or status?
          profile recrod x        | no such command: 'recrod'; did you mean record?
          @file                   | no such command: '@file'
          mount --reff x a b      | git-fs mount has no option --reff; did you mean --ref?
          mount --reff=x --help   | git-fs mount has no option --reff; did you mean --ref?
          umount --pin d          | git-fs umount has no option --pin;
          umount -lf d            | git-fs umount has no option -f;
          --ref v1 mount a b      | --ref goes behind the command: mount
          list a b                | 'a' is one argument too many for git-fs list
          mount a b --help c      | 'c' is one argument too many for git-fs mount
          mount a                 | DIR
          mount a ''              | DIR must not be empty
          mount '' b              | SOURCE must not be empty
          mount --ref= a b        | --ref must not be empty
          mount --cache-dir= a b  | --cache-dir must not be empty
          umount ''               | DIR must not be empty
          ''                      | no such command: ''
          """)
  void aMistakeIsNamed(String line, String complaint) {
    var err = new StringWriter();
    String[] arguments =
        GitFs.helpAsOption(
            java.util.Arrays.stream((line == null ? "''" : line).split(" +"))
                .map(word -> word.equals("''") ? "" : word)
                .toArray(String[]::new));

    int status = GitFs.commandLine(arguments).setErr(new PrintWriter(err)).execute(arguments);

    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: ")
        .contains(complaint.strip())
        .endsWith("--help");
    assertThat(status).isEqualTo(ExitStatus.USAGE);
  }

  @Test
  void helpMayStandBeforeTheCommand() {
    assertThat(GitFs.helpAsOption(new String[] {"help", "profile", "record"}))
        .containsExactly("profile", "record", "--help");
    assertThat(GitFs.helpAsOption(new String[] {"help"})).containsExactly("--help");
    assertThat(GitFs.helpAsOption(new String[] {"list", "help"})).containsExactly("list", "help");
  }

  @ParameterizedTest
  @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "ab,abc,1", "abc,axc,1", "'',abc,3"})
  void aDistanceIsAMatterOfLetters(String one, String two, int distance) {
    assertThat(NearNames.distance(one, two)).isEqualTo(distance);
  }
}
