package org.irqlab.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClasses;

import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.replay.StageNames;
import org.irqlab.lab.replay.StageRow;
import org.irqlab.lab.replay.Temperature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A calibration is taken from the stages of one trace and from nothing else: a prediction that had
 * seen the trace that it is held against would be worth nothing.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CalibrationSourcesTest {
    private static final String CALIBRATION = "org.irqlab.lab.replay.PathCalibration";

    /** Names of the paths, and the reference machine's constants: neither holds a trace. */
    private static final String[] CONSTANTS = {
        "org.irqlab.lab.replay.CostPath",
        "org.irqlab.lab.replay.ReferencePaths",
        "org.irqlab.lab.replay.ReferencePaths$Known"
    };

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("org.irqlab");

    @Test
    void calibrationIsMadeOfTheStagesOfOneTrace() {
        constructors()
                .that()
                .areDeclaredIn(CALIBRATION)
                .should()
                .haveRawParameterTypes(StageAnalysis.class)
                .check(CLASSES);
        fields().that()
                .areDeclaredIn(CALIBRATION)
                .and()
                .areNotStatic()
                .should()
                .haveRawType(belongToAnyOf(StageAnalysis.class, PathCosts.class))
                .check(CLASSES);
    }

    @Test
    void calibrationKnowsNothingElse() {
        knowsOnly(
                        CALIBRATION,
                        StageAnalysis.class,
                        StageNames.class,
                        StageRow.class,
                        PathCosts.class,
                        Temperature.class)
                .check(CLASSES);
        ArchRule tooNarrow =
                knowsOnly(
                        CALIBRATION,
                        StageNames.class,
                        StageRow.class,
                        PathCosts.class,
                        Temperature.class);
        assertThrows(AssertionError.class, () -> tooNarrow.check(CLASSES));
    }

    private static ArchRule knowsOnly(String name, Class<?>... known) {
        GivenClasses classes = noClasses();
        return classes.that()
                .haveFullyQualifiedName(name)
                .should()
                .dependOnClassesThat(
                        describe(
                                "are neither known nor values of the JDK",
                                c ->
                                        !belongToAnyOf(known).test(c)
                                                && !c.getFullName().equals(name)
                                                && !List.of(CONSTANTS).contains(c.getFullName())
                                                && !resideInAPackage("java.lang..").test(c)
                                                && !resideInAPackage("java.util..").test(c)
                                                && !c.getBaseComponentType().isPrimitive()));
    }

    /** Nothing of one trace can reach the stages of another through a field of a class. */
    @Test
    void readersOfATraceShareNothing() {
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(
                        "org.irqlab.lab.replay",
                        "org.irqlab.lab.timeline..",
                        "org.irqlab.lab.trace..")
                .and()
                .areStatic()
                .should()
                .beFinal()
                .check(CLASSES);
    }
}
