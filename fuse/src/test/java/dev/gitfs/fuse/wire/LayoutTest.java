package dev.gitfs.fuse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every offset, size and number is what the C compiler finds in {@code linux/fuse.h}. */
class LayoutTest {
  /** What C calls each constant, and the value it has here. */
  private final Map<String, Long> constants = new TreeMap<>();

  @Test
  void everyConstantIsThatOfTheHeader(@TempDir Path directory) throws Exception {
    structs(RequestStruct.class);
    structs(ReplyStruct.class);
    numbers(Opcode.class, "FUSE_");
    numbers(InitFlags.class, "FUSE_");
    numbers(NotifyCode.class, "FUSE_NOTIFY_");
    numbers(OpenFlags.class, "");
    constants.remove("FUSE_COUNT");
    // Younger than the header of some distributions.
    constants.remove("FUSE_DIRECT_IO_ALLOW_MMAP");
    constants.remove("FUSE_REQUEST_TIMEOUT");
    constants.remove("offsetof(struct fuse_init_out, max_stack_depth)");
    constants.remove("offsetof(struct fuse_init_out, request_timeout)");
    assertThat(constants).hasSizeGreaterThan(150);

    assertThat(compiled(directory)).isEqualTo(constants);
  }

  private void structs(Class<?> family) throws IllegalAccessException {
    for (Class<?> struct : family.getDeclaredClasses()) {
      String name =
          "struct fuse"
              + struct.getSimpleName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      for (Field field : struct.getDeclaredFields()) {
        switch (field.getName()) {
          case "ALIGNMENT" -> {}
          case "SIZE" -> put("sizeof(" + name + ")", field);
          case "SIZE_FIELD" -> put("offsetof(" + name + ", size)", field);
          default ->
              put(
                  "offsetof(%s, %s)".formatted(name, field.getName().toLowerCase(Locale.ROOT)),
                  field);
        }
      }
    }
  }

  private void numbers(Class<?> family, String prefix) throws IllegalAccessException {
    for (Field field : family.getDeclaredFields()) {
      put(prefix + field.getName(), field);
    }
  }

  private void put(String expression, Field field) throws IllegalAccessException {
    if (Modifier.isPublic(field.getModifiers())) {
      constants.put(expression, ((Number) field.get(null)).longValue());
    }
  }

  private Map<String, Long> compiled(Path directory) throws IOException, InterruptedException {
    var program = new StringBuilder("#include <linux/fuse.h>\n#include <stddef.h>\n");
    program.append("#include <stdio.h>\nint main(void) {\n");
    for (String expression : constants.keySet()) {
      program.append("printf(\"%%s=%%ld\\n\", \"%1$s\", (long) (%1$s));\n".formatted(expression));
    }
    Path source = Files.writeString(directory.resolve("layout.c"), program.append("}\n"));
    Path binary = directory.resolve("layout");
    run("gcc", "-o", binary.toString(), source.toString());
    var found = new TreeMap<String, Long>();
    for (String line : run(binary.toString()).split("\n")) {
      int equals = line.lastIndexOf('=');
      found.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
    }
    return found;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
