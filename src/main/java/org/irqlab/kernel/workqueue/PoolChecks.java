package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;

/**
 * The broken invariant of one pool: found with the pool's lock held, thrown after it was given
 * back, so that no other CPU waits for ever.
 *
 * <p><b>Threads.</b> Guarded by the pool's lock.
 */
final class PoolChecks {
    private String broken;

    /** Keeps {@code what} if {@code holds} is false; call only under {@code if (Checks.ON)}. */
    boolean invariant(boolean holds, String what) {
        if (!holds && broken == null) {
            broken = what;
        }
        return holds;
    }

    /** Returns what to throw once the lock is given back, or null. Lock held. */
    String take() {
        String what = broken;
        broken = null;
        return what;
    }

    static void raise(String broken) {
        Checks.invariant(false, broken);
    }
}
