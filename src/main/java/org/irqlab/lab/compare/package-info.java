/**
 * Two measured machines stage by stage: a recorded one beside another, or beside what a replay
 * predicted for it, with what two identical runs of the real kernel differ by as the yardstick.
 *
 * <p>Both sides were measured by {@link org.irqlab.lab.replay.StageAnalysis}. A pair that cannot be
 * compared (another workload, another clock, events that only one side has, a strategy that the
 * trace's own events contradict) is refused before anything is compared.
 */
package org.irqlab.lab.compare;
