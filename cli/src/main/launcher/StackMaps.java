import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Gives the classes of a jar that are as old as Java 5 what Java 6 added to the format: which types
 * are on the stack at each branch. A JVM needs that to verify a class before it runs, and so to put
 * it into an AOT cache.
 *
 * <p>Run as {@code java StackMaps.java JAR…}; changes these in place.
 */
final class StackMaps {

  /** The first whose classes must all have it. */
  private static final int NEW_VERSION = ClassFile.JAVA_7_VERSION;

  /** Writes each method anew: one that nothing is done with is copied as it is. */
  private static final ClassTransform TRANSFORM =
      ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
          .andThen((builder, element) -> {
            if (element instanceof ClassFileVersion) {
              builder.withVersion(NEW_VERSION, 0);
            } else {
              builder.with(element);
            }
          });

  private StackMaps() {}

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      add(Path.of(jar).toUri());
    }
  }

  private static void add(URI jar) throws IOException {
    try (var classes = new URLClassLoader(new URL[] {jar.toURL()});
        FileSystem files = FileSystems.newFileSystem(URI.create("jar:" + jar), Map.of())) {
      // The types on the stack are supertypes of others, here and in the JDK.
      var format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (Path file : classesIn(files)) {
        ClassModel model = format.parse(file);
        if (model.majorVersion() < ClassFile.JAVA_6_VERSION) {
          Files.write(file, format.transformClass(model, TRANSFORM));
        }
      }
    }
  }

  private static List<Path> classesIn(FileSystem jar) throws IOException {
    try (Stream<Path> files = Files.walk(jar.getPath("/"))) {
      return files.filter(file -> file.toString().endsWith(".class")).toList();
    }
  }
}
