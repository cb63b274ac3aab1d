package org.irqlab.kernel.sched.fair;

/** Placeholder. */
public final class FairEntity {
    final Object owner;
    boolean onRq;
    FairEntity next;

    public FairEntity(Object owner, int nice) {
        this.owner = owner;
    }

    public Object owner() {
        return owner;
    }
}
