package org.irqlab.lab.scenario;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where a flood of interrupts went.
 *
 * @param handled runs of the top half
 * @param work bottom halves run
 * @param posted descriptors the device had room for
 * @param full descriptors that found the ring full; they were not signalled
 * @param wrong descriptors served that held another's number
 * @param latestNs how late the latest fire was against its schedule; 0 without one
 * @param stolenNs what the host took from the virtual CPU
 * @param kernel what the kernel's own counters say; empty where they agree
 * @param threadsLeft threads that outlived the machine
 */
record FloodResult(
        String strategy,
        FireCounts fires,
        long handled,
        long work,
        long posted,
        long served,
        long full,
        long wrong,
        long tookNs,
        long latestNs,
        long stolenNs,
        List<String> kernel,
        Set<String> threadsLeft) {
    long coalesced() {
        return fires.of(FireOutcome.COALESCED) + fires.of(FireOutcome.COALESCED_MASKED);
    }

    /** Returns what was lost or left behind; empty if nothing was. */
    List<String> problems() {
        var problems = new ArrayList<>(kernel);
        long accounted = handled + coalesced() + fires.dropped();
        if (fires.fired() != accounted) {
            problems.add("fired=" + fires.fired() + " != handled+coalesced+dropped=" + accounted);
        }
        if (fires.dropped() > 0) {
            problems.add("dropped=" + fires.dropped());
        }
        if (fires.fired() != posted) {
            problems.add("fired=" + fires.fired() + " != posted=" + posted);
        }
        if (served != posted || wrong > 0) {
            problems.add("posted=" + posted + " served=" + served + " wrong=" + wrong);
        }
        if (work > handled) {
            problems.add("work=" + work + " > handled=" + handled);
        }
        if (!threadsLeft.isEmpty()) {
            problems.add("threads left: " + threadsLeft);
        }
        return problems;
    }
}
