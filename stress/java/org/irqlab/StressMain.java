package org.irqlab;

import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Runs jcstress on its own options and judges the run by what was observed: jcstress itself exits 0
 * when no test matched, when a test needs more CPUs than there are, and when no JVM configuration
 * could be started.
 *
 * <p>Exit codes: 0 every selected test ran and passed; 1 a forbidden outcome was seen; 2 bad
 * options; 3 a selected test did not run, or none was selected.
 */
public final class StressMain {
    private static final int BAD_OPTIONS = 2;
    private static final int NOT_RUN = 3;

    private StressMain() {}

    public static void main(String[] args) throws Exception {
        var options = new Options(args);
        if (!options.parse()) {
            System.exit(BAD_OPTIONS);
        }
        var stress = new JCStress(options);
        SortedSet<String> selected = stress.getTests();
        if (options.shouldList()) {
            selected.forEach(System.out::println);
            return;
        }
        stress.run();
        Collection<TestResult> results = results(Path.of(options.getResultFile()));
        var missing = new TreeSet<>(selected);
        results.stream()
                .filter(r -> r.getTotalCount() > 0)
                .forEach(r -> missing.remove(r.getName()));
        if (selected.isEmpty() || !missing.isEmpty()) {
            System.err.printf("stress: %d tests selected%n", selected.size());
            missing.forEach(test -> System.err.println("stress: not run: " + test + why(test)));
            System.exit(NOT_RUN);
        }
        reportTwins(selected, results);
        System.out.printf("stress: %d passed, 0 failed%n", selected.size());
    }

    private static Collection<TestResult> results(Path file) throws Exception {
        var collector = new InProcessCollector();
        if (!Files.exists(file)) {
            return List.of();
        }
        var reader = new DiskReadCollector(file.toString(), collector);
        try {
            reader.dump();
        } finally {
            reader.close();
        }
        return collector.getTestResults();
    }

    private static String why(String test) {
        int threads = TestList.getInfo(test).threads();
        int cpus = Runtime.getRuntime().availableProcessors();
        return threads > cpus
                ? " (needs " + threads + " CPUs, there are " + cpus + ")"
                : " (no JVM configuration ran it)";
    }

    /** A twin that was not caught proves nothing either way in a short run, so it is only named. */
    private static void reportTwins(SortedSet<String> selected, Collection<TestResult> results) {
        var twins = new TreeSet<>(selected);
        twins.removeIf(test -> !test.contains(".Broken"));
        var uncaught = new TreeSet<>(twins);
        results.stream()
                .filter(result -> result.grading().hasInteresting)
                .forEach(result -> uncaught.remove(result.getName()));
        uncaught.forEach(twin -> System.out.println("stress: twin not caught: " + twin));
        System.out.printf(
                "stress: %d of %d broken twins caught%n",
                twins.size() - uncaught.size(), twins.size());
    }
}
