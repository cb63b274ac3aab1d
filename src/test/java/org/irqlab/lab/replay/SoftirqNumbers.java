package org.irqlab.lab.replay;

/** The numbers of softirq vectors in recorded events. */
final class SoftirqNumbers {
    static final int NET_RX = 3;
    static final int BLOCK = 4;
    static final int SCHED = 7;
    static final int RCU = 9;

    private SoftirqNumbers() {}
}
