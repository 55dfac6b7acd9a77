package io.firn.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may depend on what, and which doors of the platform stay closed. */
class ArchitectureTest {

  /** In the order of the arrows: each may use those before it. */
  private static final List<String> MODULES =
      List.of("format", "catalog", "compaction", "engine", "cli");

  /** Where a boolean is the datum itself. */
  private static final List<String> BOOLEAN_VALUES = List.of("BooleanColumn");

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.firn")
            .that(not(resideInAnyPackage("io.firn.testkit..", "io.firn.rules..")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"format", "catalog", "compaction", "engine"})
  void noModuleKnowsTheOnesBuiltOnIt(String module) {
    String[] later =
        MODULES.subList(MODULES.indexOf(module) + 1, MODULES.size()).stream()
            .map(ArchitectureTest::packages)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(packages(module))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(later)
        .because(
            "the layers stay separable: format knows no table, catalog no memtable, compaction no"
                + " log, and a compaction runs where no engine is")
        .check(classes);
  }

  @Test
  void theBaseKnowsNobody() {
    noClasses()
        .that()
        .resideInAnyPackage("io.firn.error..", "io.firn.storage..", "io.firn.service..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(MODULES.stream().map(ArchitectureTest::packages).toArray(String[]::new))
        .because("errors, storage and the life cycle of services are what everything stands on")
        .check(classes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"format", "catalog", "compaction", "engine", "cli"})
  void whatIsInternalIsUsedByItsOwnModuleOnly(String module) {
    noClasses()
        .that()
        .resideOutsideOfPackage(packages(module))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.firn." + module + ".internal..")
        .because("each module has one public package, and may change the rest without asking")
        .check(classes);
  }

  @Test
  void everyByteGoesThroughTheStorageSeam() {
    noClasses()
        .that()
        .resideInAnyPackage(
            packages("format"), packages("catalog"), packages("compaction"), packages("engine"))
        .and()
        // The owner's socket is no file of the table.
        .resideOutsideOfPackage("io.firn.engine.internal.owner")
        .should()
        .dependOnClassesThat(
            anyOf(
                File.class,
                FileInputStream.class,
                FileOutputStream.class,
                RandomAccessFile.class,
                FileChannel.class,
                Files.class))
        .because("faults, crashes and other file systems come in at io.firn.storage.Storage")
        .check(classes);
  }

  @Test
  void noClassIsLoadedByNameAndNoObjectReadFromBytes() {
    noClasses()
        .should()
        .callMethod(Class.class, "forName", String.class)
        .orShould()
        .callMethod(ClassLoader.class, "loadClass", String.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(java.io.ObjectInputStream.class)
        .because("data names no classes; what is in files is parsed")
        .check(classes);
  }

  @Test
  void nobodySleeps() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class, int.class)
        .because("every wait has a condition that ends it: progress, close or failure")
        .check(classes);
  }

  @Test
  void onlyTheCommandLineWritesToTheConsole() {
    noClasses()
        .that(not(resideInAnyPackage(packages("cli"), packages("examples"))))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because("a library speaks through results, events and the host's logging")
        .check(classes);
  }

  @Test
  void nobodyEndsTheProcessOrStopsAThread() {
    noClasses()
        .that(not(resideInAPackage(packages("cli"))))
        .should()
        .callMethod(System.class, "exit", int.class)
        .because("the process belongs to the host")
        .check(classes);
  }

  @Test
  void thePublicApiHasNoGetters() {
    noMethods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(publicApi())
        .should()
        .haveNameMatching("get[A-Z].*")
        .because("a value is named by what it is")
        .check(classes);
  }

  @Test
  void thePublicApiTakesNoBooleans() {
    methods()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat(publicApi())
        .should(notTakeABoolean())
        .because("true says nothing at the place of the call; an enum or a second method does")
        .check(classes);
  }

  private static ArchCondition<JavaMethod> notTakeABoolean() {
    return new ArchCondition<>("take no boolean") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean takes =
            method.getRawParameterTypes().stream()
                .anyMatch(type -> type.isEquivalentTo(boolean.class));
        if (takes && !BOOLEAN_VALUES.contains(method.getOwner().getSimpleName())) {
          events.add(SimpleConditionEvent.violated(method, method.getDescription()));
        }
      }
    };
  }

  private static DescribedPredicate<JavaClass> publicApi() {
    return DescribedPredicate.describe(
        "public API",
        type ->
            MODULES.subList(0, 4).stream()
                    .anyMatch(module -> type.getPackageName().equals("io.firn." + module))
                && type.getModifiers().contains(JavaModifier.PUBLIC));
  }

  private static DescribedPredicate<JavaClass> anyOf(Class<?>... types) {
    return DescribedPredicate.describe(
        "are doors to the file system",
        type -> List.of(types).stream().anyMatch(type::isEquivalentTo));
  }

  private static String packages(String module) {
    return "io.firn." + module + "..";
  }
}
