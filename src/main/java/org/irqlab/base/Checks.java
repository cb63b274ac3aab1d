package org.irqlab.base;

/**
 * Switch for the inline invariant checks: {@code -Dirqlab.checks=on}, the default in the project's
 * tests.
 *
 * <p>A static final field, so that the JIT removes a check that is off.
 */
public final class Checks {
    /** Whether inline invariants are checked in this process. */
    public static final boolean ON = "on".equals(System.getProperty("irqlab.checks", "off"));

    private Checks() {}

    /** Throws if {@code holds} is false; call only under {@code if (Checks.ON)}. */
    public static void invariant(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("invariant broken: " + what);
        }
    }
}
