package org.irqlab.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.base.time.HostClock;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The threads of this process, to see that a machine leaves none behind. */
public final class Threads {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    private Threads() {}

    /** Remembers who is there now. */
    public static Threads now() {
        return new Threads();
    }

    /** Returns the names of the threads that have come since. */
    public Set<String> since() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && mayBelongToAMachine(thread))
                .map(Thread::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean mayBelongToAMachine(Thread thread) {
        return thread.isDaemon() && thread.getName().contains("/");
    }

    /** Fails if a thread that has come since is still there. */
    public void assertNoneLeft() {
        assertEquals(Set.of(), since());
    }

    /** Waits until {@code condition} holds; fails after 30 s. */
    public static void await(String what, BooleanSupplier condition) {
        long startNs = HostClock.nowNs();
        while (!condition.getAsBoolean()) {
            if (HostClock.nowNs() - startNs > PATIENCE_NS) {
                throw new AssertionError("not in 30 s: " + what);
            }
            Thread.yield();
        }
    }
}
