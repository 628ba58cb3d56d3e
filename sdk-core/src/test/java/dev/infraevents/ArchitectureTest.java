package dev.infraevents;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ArchitectureTest {

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.infraevents");

  @Test
  void publicSignaturesMentionNoInternalAndNoThirdPartyType() {
    classes()
        .that()
        .resideOutsideOfPackage("..internal..")
        .and()
        .resideOutsideOfPackage("..testkit..")
        .should(mentionOnlyTypesOfTheApi())
        .check(CORE);
  }

  @Test
  void theConnectionPolicyAndTheViewsKnowEachOtherByTheApiOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.infraevents.internal.view")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.infraevents.internal.connection", "dev.infraevents.internal.delivery")
        .check(CORE);
    noClasses()
        .that()
        .resideInAPackage("dev.infraevents.internal.delivery")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.infraevents.internal.connection", "dev.infraevents.internal.view")
        .check(CORE);
  }

  private static ArchCondition<JavaClass> mentionOnlyTypesOfTheApi() {
    return new ArchCondition<>("mention only types of the API in their public signatures") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!isVisible(type)) {
          return;
        }
        type.getRawSuperclass().ifPresent(parent -> check(type, "extends", parent, events));
        type.getInterfaces().forEach(parent -> check(type, "implements", parent, events));
        for (JavaField field : type.getFields()) {
          if (isVisible(field.getModifiers())) {
            check(type, field.getFullName(), field.getType(), events);
          }
        }
        for (JavaCodeUnit unit : type.getCodeUnits()) {
          if (isVisible(unit.getModifiers())) {
            check(type, unit.getFullName(), unit.getReturnType(), events);
            unit.getParameterTypes().forEach(p -> check(type, unit.getFullName(), p, events));
            unit.getExceptionTypes().forEach(e -> check(type, unit.getFullName(), e, events));
          }
        }
      }

      private void check(JavaClass owner, String where, JavaType used, ConditionEvents events) {
        for (JavaClass raw : used.getAllInvolvedRawTypes()) {
          if (!isApi(raw.getBaseComponentType())) {
            events.add(SimpleConditionEvent.violated(owner, where + " mentions " + raw.getName()));
          }
        }
      }
    };
  }

  private static boolean isVisible(JavaClass type) {
    return isVisible(type.getModifiers())
        && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    var visible = new HashSet<>(Set.of(JavaModifier.PUBLIC, JavaModifier.PROTECTED));
    visible.retainAll(modifiers);
    return !visible.isEmpty() && !modifiers.contains(JavaModifier.SYNTHETIC);
  }

  private static boolean isApi(JavaClass type) {
    String name = type.getName();
    boolean ours = name.startsWith("dev.infraevents.") && !name.contains(".internal.");
    boolean platform =
        type.isPrimitive() || name.startsWith("java.") || name.startsWith("javax.net.");
    return ours || platform || name.equals("com.fasterxml.jackson.databind.JsonNode");
  }
}
