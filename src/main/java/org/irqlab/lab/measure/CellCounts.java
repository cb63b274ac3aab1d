package org.irqlab.lab.measure;

/**
 * What one cell counted.
 *
 * @param contextSwitches hand-overs of a virtual CPU between threads
 * @param cpuNs guest time in which the virtual CPUs were busy
 * @param events arrivals that {@code cpuNs} is divided by
 * @param wakes wake-ups of tasks, those that found the task awake included
 * @param mergedWakes by how much the wake-ups that found their task awake, and the recording's did
 *     not, outnumber the opposite, or fall behind it: above 2 % the replay is invalid
 * @param quanta runs of tasks from wake-up to sleep
 */
public record CellCounts(
        long contextSwitches, long cpuNs, long events, long wakes, long mergedWakes, long quanta) {
    public static final CellCounts NONE = new CellCounts(0, 0, 0, 0, 0, 0);

    public CellCounts plus(CellCounts other) {
        return new CellCounts(
                contextSwitches + other.contextSwitches,
                cpuNs + other.cpuNs,
                events + other.events,
                wakes + other.wakes,
                mergedWakes + other.mergedWakes,
                quanta + other.quanta);
    }

    /** Returns busy ns per 1,000 events, 0 without events. */
    public long cpuNsPer1000() {
        return events == 0 ? 0 : Math.round(cpuNs * 1000.0 / events);
    }

    /** Returns the share of wake-ups that merged, 0 to 1. */
    public double mergedShare() {
        return wakes == 0 ? 0 : (double) mergedWakes / wakes;
    }
}
