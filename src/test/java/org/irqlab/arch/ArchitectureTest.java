package org.irqlab.arch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ArchitectureTest {
    private static final String ROOT = "org.irqlab";
    private static final String PLANTED = "org.irqlab.arch.planted";

    /** Each rule, and the planted class on which it must fail. */
    static Stream<Arguments> rules() {
        return Stream.of(
                rule(
                        "layersPointDownwards",
                        ArchitectureRules::layersPointDownwards,
                        "base.Upward"),
                rule(
                        "packagesHaveNoCycles",
                        ArchitectureRules::packagesHaveNoCycles,
                        "base.Upward"),
                rule(
                        "packagesHaveNoCyclesWithTheirOwnSubpackages",
                        ArchitectureRules::packagesHaveNoCycles,
                        "kernel.irq.line.Upward"),
                rule(
                        "kernelKnowsControllersOnlyByTheirInterface",
                        ArchitectureRules::kernelKnowsControllersOnlyByTheirInterface,
                        "kernel.irq.ApicUser"),
                rule(
                        "controllersDoNotKnowEachOther",
                        ArchitectureRules::kernelKnowsControllersOnlyByTheirInterface,
                        "hw.intc.gicv3.ApicFriend"),
                rule(
                        "onlyTheCommandLinePrintsOrExits",
                        ArchitectureRules::onlyTheCommandLinePrintsOrExits,
                        "lab.report.Careless.print"),
                rule(
                        "onlyTheCommandLinePrintsStackTraces",
                        ArchitectureRules::onlyTheCommandLinePrintsOrExits,
                        "lab.report.Careless.stackTrace"),
                rule(
                        "onlyTheCommandLineExits",
                        ArchitectureRules::onlyTheCommandLinePrintsOrExits,
                        "lab.report.Careless.exit"),
                rule(
                        "foreignMemoryOnlyInHost",
                        ArchitectureRules::foreignMemoryOnlyInHost,
                        "lab.report.Careless.foreign"),
                rule(
                        "clockReadOnlyInBaseTime",
                        ArchitectureRules::clockReadOnlyInBaseTime,
                        "lab.report.Careless.clock"),
                rule(
                        "threadsStartedOnlyByTheMachine",
                        ArchitectureRules::threadsStartedOnlyByTheMachine,
                        "lab.report.Careless.thread"),
                rule(
                        "executorsStartNoThreads",
                        ArchitectureRules::threadsStartedOnlyByTheMachine,
                        "lab.report.Careless.pool"),
                rule(
                        "processesStartedOnlyByTheLab",
                        ArchitectureRules::processesStartedOnlyByTheLab,
                        "lab.report.Careless.process"),
                rule(
                        "noInternalsOfTheJdk",
                        ArchitectureRules::noInternalsOfTheJdk,
                        "lab.report.Careless.logger"),
                rule(
                        "interruptPathHasNoLocks",
                        ArchitectureRules::interruptPathHasNoLocks,
                        "kernel.irq.ApicUser.lock"),
                rule(
                        "namesSayWhatThingsAre",
                        ArchitectureRules::namesSayWhatThingsAre,
                        "hw.intc.apic.ApicManager"));
    }

    private static Arguments rule(
            String name, Function<ArchitectureRules, ArchRule> rule, String violation) {
        return arguments(name, rule, violation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void productObeys(String name, Function<ArchitectureRules, ArchRule> rule, String violation) {
        rule.apply(new ArchitectureRules(ROOT)).check(PRODUCT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void plantedViolationIsFound(
            String name, Function<ArchitectureRules, ArchRule> rule, String violation) {
        AssertionError found =
                assertThrows(
                        AssertionError.class,
                        () -> rule.apply(new ArchitectureRules(PLANTED)).check(PLANTED_CLASSES));
        assertTrue(found.getMessage().contains(violation), found.getMessage());
    }

    private static final JavaClasses PRODUCT =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(ROOT);

    private static final JavaClasses PLANTED_CLASSES =
            new ClassFileImporter().importPackages(PLANTED);
}
