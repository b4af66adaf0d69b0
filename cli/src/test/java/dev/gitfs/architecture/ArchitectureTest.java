package dev.gitfs.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.gitfs.git.remote.Outage;
import dev.gitfs.git.remote.RemoteException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The house plan of DESIGN.md: who may use whom. */
class ArchitectureTest {

  private static final String FUSE = "dev.gitfs.fuse..";
  private static final String BACKGROUND = "dev.gitfs.git.background..";
  private static final String REMOTE = "dev.gitfs.git.remote..";
  private static final String STORE = "dev.gitfs.git.store..";
  private static final String FORGE = "dev.gitfs.git.forge..";
  private static final String TREE = "dev.gitfs.mount.tree..";
  private static final String PREFETCH = "dev.gitfs.mount.prefetch..";
  private static final String NAMESPACE = "dev.gitfs.mount.namespace..";

  private static final List<String> JDK =
      List.of("java..", "javax.crypto..", "javax.net..", "javax.security..");
  private static final String JGIT = "org.eclipse.jgit..";
  private static final String CAFFEINE = "com.github.benmanes.caffeine..";
  private static final String GSON = "com.google.gson..";
  private static final String SLF4J = "org.slf4j..";

  private static JavaClasses code;

  @BeforeAll
  static void readTheCode() {
    code =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gitfs");
  }

  @Test
  void fuseUsesTheJdkAlone() {
    onlyUses(FUSE);
  }

  @Test
  void backgroundUsesNothing() {
    onlyUses(BACKGROUND, SLF4J);
  }

  @Test
  void remoteUsesJgit() {
    onlyUses(REMOTE, JGIT, SLF4J, BACKGROUND);
  }

  @Test
  void storeUsesRemote() {
    onlyUses(STORE, JGIT, CAFFEINE, SLF4J, BACKGROUND, REMOTE);
  }

  @Test
  void forgeUsesRemoteAndTellsTheStoreSizes() {
    onlyUses(FORGE, JGIT, CAFFEINE, GSON, SLF4J, BACKGROUND, REMOTE, STORE);
  }

  @Test
  void treeUsesFuseStoreAndPrefetch() {
    // Ids and file modes are JGit's values, and part of what the store says.
    check(
        classes()
            .that()
            .resideInAPackage(TREE)
            .should()
            .onlyDependOnClassesThat(
                within(TREE, SLF4J, BACKGROUND, FUSE, STORE, PREFETCH, "org.eclipse.jgit.lib..")
                    // Why a read failed, or all do: the store passes it on as it is.
                    .or(type(Outage.class))
                    .or(assignableTo(RemoteException.class))
                    .or(type(RemoteException.Kind.class))));
  }

  @Test
  void prefetchUsesStore() {
    onlyUses(PREFETCH, SLF4J, BACKGROUND, STORE, "org.eclipse.jgit.lib..");
  }

  @Test
  void namespaceUsesTreeStoreRemoteAndForge() {
    onlyUses(
        NAMESPACE,
        SLF4J,
        BACKGROUND,
        TREE,
        PREFETCH,
        STORE,
        REMOTE,
        FORGE,
        FUSE,
        "org.eclipse.jgit.lib..");
  }

  @Test
  void nobodyUsesTheCommandsButTheCommands() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.gitfs.cli..", "dev.gitfs.bench..", "dev.gitfs.testkit..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.gitfs.cli..", "dev.gitfs.bench..")));
  }

  @Test
  void theProductDoesNotUseItsTestKit() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.gitfs.testkit..", "dev.gitfs.bench..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.gitfs.testkit..")));
  }

  @Test
  void packagesFormNoCycle() {
    check(slices().matching("dev.gitfs.(**)").should().beFreeOfCycles());
  }

  @Test
  void onlyCommandsPrint() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.gitfs.cli..", "dev.gitfs.bench..", "dev.gitfs.testkit..")
            .should(ACCESS_STANDARD_STREAMS));
  }

  @Test
  void thereIsOneLogger() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..")));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(FUSE)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(System.Logger.class));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.gitfs.cli.telemetry..")
            .should()
            .dependOnClassesThat(resideInAPackage("ch.qos.logback..")));
  }

  @Test
  void onlyFuseCallsForeignFunctionsAndOneClassThatInflates() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(FUSE, "dev.gitfs.bench..")
            .and()
            .doNotHaveFullyQualifiedName("dev.gitfs.git.store.LibDeflate")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(java.lang.foreign.Linker.class));
  }

  @Test
  void namesSayWhatAThingIs() {
    check(
        noClasses()
            .should()
            .haveNameMatching(".*(Manager|Helper|Utils?|Data|Info)(\\$.*)?")
            .because("STYLE.md: words of this field only"));
  }

  private static void onlyUses(String room, String... others) {
    var allowed = new ArrayList<>(List.of(others));
    allowed.add(room);
    check(
        classes()
            .that()
            .resideInAPackage(room)
            .should()
            .onlyDependOnClassesThat(within(allowed.toArray(String[]::new))));
  }

  /** The JDK and {@code packages}. */
  private static DescribedPredicate<JavaClass> within(String... packages) {
    return resideInAnyPackage(JDK.toArray(String[]::new)).or(resideInAnyPackage(packages));
  }

  private static void check(ArchRule rule) {
    // Some rooms are yet to be built.
    rule.allowEmptyShould(true).check(code);
  }
}
