package org.irqlab.kernel.sched.fair;

/** Placeholder. */
public enum FairProfile {
    LINUX_6_18;
    public static final FairProfile DEFAULT = LINUX_6_18;
}
