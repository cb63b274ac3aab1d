package org.irqlab.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;

import java.util.Set;

/**
 * The architecture's rules for the classes below one root package: the product's, or the planted
 * ones that show that each rule can fail.
 */
final class ArchitectureRules {
    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    ArchRule layersPointDownwards() {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("lab")
                .definedBy(in("lab.."))
                .layer("kernel")
                .definedBy(in("kernel.."))
                .layer("hw")
                .definedBy(in("hw.."))
                .layer("host")
                .definedBy(in("host.."))
                .layer("base")
                .definedBy(in("base.."))
                .whereLayer("lab")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("kernel")
                .mayOnlyBeAccessedByLayers("lab")
                .whereLayer("hw")
                .mayOnlyBeAccessedByLayers("lab", "kernel")
                .whereLayer("host")
                .mayOnlyBeAccessedByLayers("lab", "kernel", "hw");
    }

    ArchRule packagesHaveNoCycles() {
        return slices().matching(in("(**)")).should().beFreeOfCycles().allowEmptyShould(true);
    }

    ArchRule kernelKnowsControllersOnlyByTheirInterface() {
        return CompositeArchRule.of(
                        noClasses()
                                .that()
                                .resideInAPackage(in("kernel.."))
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(in("hw.intc.apic.."), in("hw.intc.gicv3.."))
                                .allowEmptyShould(true))
                .and(strangers("hw.intc.apic..", "hw.intc.gicv3.."))
                .and(strangers("hw.intc.gicv3..", "hw.intc.apic.."));
    }

    private ArchRule strangers(String one, String other) {
        return noClasses()
                .that()
                .resideInAPackage(in(one))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in(other))
                .allowEmptyShould(true);
    }

    ArchRule onlyTheCommandLinePrintsOrExits() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("lab.cli.."))
                .should()
                .accessTargetWhere(
                        member(System.class, Set.of("out", "err", "exit", "setOut", "setErr"))
                                .or(member(Runtime.class, Set.of("exit", "halt")))
                                .or(
                                        describe(
                                                "a stack trace is printed",
                                                a ->
                                                        a.getName().equals("printStackTrace")
                                                                && a.getTargetOwner()
                                                                        .isAssignableTo(
                                                                                Throwable.class))));
    }

    ArchRule foreignMemoryOnlyInHost() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("host.."))
                .should()
                .dependOnClassesThat(resideInAPackage("java.lang.foreign.."));
    }

    ArchRule clockReadOnlyInBaseTime() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("base.time.."))
                .should()
                .accessTargetWhere(member(System.class, Set.of("nanoTime", "currentTimeMillis")));
    }

    /** The machine's threads; the command line has one more, its shutdown hook. */
    ArchRule threadsStartedOnlyByTheMachine() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(
                        in("hw.cpu.."), in("kernel.sched.."), in("host.."), in("lab.cli.."))
                .should()
                .accessTargetWhere(
                        member(
                                        Thread.class,
                                        Set.of(
                                                "<init>",
                                                "ofPlatform",
                                                "ofVirtual",
                                                "startVirtualThread"))
                                .or(
                                        owner(
                                                Set.of(
                                                        "java.util.Timer",
                                                        "java.util.concurrent.Executors",
                                                        "java.util.concurrent.ForkJoinPool",
                                                        "java.util.concurrent.CompletableFuture"))));
    }

    ArchRule processesStartedOnlyByTheLab() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("lab.cli.."), in("lab.measure.."))
                .should()
                .accessTargetWhere(
                        member(ProcessBuilder.class, Set.of("start", "startPipeline"))
                                .or(member(Runtime.class, Set.of("exec"))));
    }

    ArchRule noInternalsOfTheJdk() {
        return noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..", "java.util.logging..");
    }

    ArchRule interruptPathHasNoLocks() {
        return noClasses()
                .that()
                .resideInAnyPackage(in("hw.intc.."), in("kernel.irq.."), in("kernel.softirq.."))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.locks.ReentrantLock")
                .allowEmptyShould(true);
    }

    ArchRule namesSayWhatThingsAre() {
        return noClasses()
                .should()
                .haveNameMatching(
                        ".*[.$](?:\\w*(?:Manager|Helper|Utils?|Impl|Data|Info)|(?:Abstract|Base)[A-Z]\\w*)");
    }

    private String in(String pattern) {
        return root + "." + pattern;
    }

    private static DescribedPredicate<JavaAccess<?>> member(Class<?> owner, Set<String> names) {
        return describe(
                owner.getSimpleName() + " " + names,
                a -> names.contains(a.getName()) && a.getTargetOwner().isEquivalentTo(owner));
    }

    private static DescribedPredicate<JavaAccess<?>> owner(Set<String> owners) {
        return describe(
                "a member of " + owners,
                a -> {
                    JavaClass owner = a.getTargetOwner();
                    return owners.contains(owner.getFullName());
                });
    }
}
