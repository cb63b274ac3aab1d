package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;

/**
 * The part of one CPU interface that only its CPU changes: priority mask, binary points, active
 * priorities, and the CPU's half of the conservation law.
 *
 * <p>Active priorities are what the architecture has. Beside them is the order of acknowledges, one
 * entry for each active priority, which hardware does not have: by it errors of the guest are found
 * and {@link GicCpuInterface#endOfInterrupt} knows what to end.
 *
 * <p><b>Threads.</b> Owner only, plain access. One padded array rather than fields, so that no
 * producer's cache line is next to it.
 *
 * @see "Arm IHI 0069, Interrupt prioritization: Preemption, Priority masking, Priority grouping"
 */
@HotPath
final class CpuInterfaceRegisters {
    /** Running priority when nothing is active. */
    static final int IDLE = 0xff;

    /** ICC_CTLR: one binary point for both groups. */
    static final int COMMON_BINARY_POINT = 1;

    /** ICC_CTLR: EOIR only drops the priority, DIR deactivates. */
    static final int SPLIT_END = 1 << 1;

    private static final int PADDING = 128 / Long.BYTES;
    private static final int PMR = PADDING;
    private static final int CTLR = PMR + 1;
    private static final int GROUPS = CTLR + 1;
    private static final int BINARY_POINT = GROUPS + 1;
    // Of group 0 and of group 1: bits of the priority that can preempt.
    private static final int MASK = BINARY_POINT + 2;
    // 128 active priorities of group 0, then those of group 1.
    private static final int ACTIVE = MASK + 2;
    private static final int RUNNING = ACTIVE + 4;
    // Group of the running priority, or -1.
    private static final int RUNNING_GROUP = RUNNING + 1;
    private static final int COMMITTED = RUNNING_GROUP + 1;
    private static final int ACKNOWLEDGED = COMMITTED + 1;
    private static final int ENDED = ACKNOWLEDGED + 1;
    private static final int SPURIOUS = ENDED + 1;
    private static final int IGNORED_ENDS = SPURIOUS + 1;
    private static final int DISORDERED_ENDS = IGNORED_ENDS + 1;
    private static final int DEACTIVATED = DISORDERED_ENDS + 1;
    private static final int DEPTH = DEACTIVATED + 1;
    private static final int ORDER = DEPTH + 1;
    // One for each active priority of two groups.
    private static final int MOST_ACTIVE = 256;
    private static final int GROUP_SHIFT = 32;

    private final int priorityMask;
    private final int activeShift;
    private final int minimumBinaryPoint;
    private final long[] words = new long[ORDER + MOST_ACTIVE + PADDING];

    CpuInterfaceRegisters(GicSettings settings) {
        priorityMask = settings.priorityMask();
        activeShift = Byte.SIZE - settings.preemptionBits();
        minimumBinaryPoint = 7 - settings.preemptionBits();
        words[BINARY_POINT] = minimumBinaryPoint;
        words[BINARY_POINT + 1] = minimumBinaryPoint + 1;
        deriveRunning();
        derive();
    }

    private void derive() {
        int common = (int) words[BINARY_POINT];
        words[MASK] = 0xff << common + 1 & 0xff;
        // Non-secure group 1 counts its binary point one higher.
        int own = (int) words[BINARY_POINT + 1];
        words[MASK + 1] = commonBinaryPoint() ? words[MASK] : 0xff << own & 0xff;
    }

    private boolean commonBinaryPoint() {
        return (words[CTLR] & COMMON_BINARY_POINT) != 0;
    }

    /**
     * Whether an interrupt may be taken now: strictly more urgent than the mask, and by the bits
     * that count for preemption strictly more urgent than what is active.
     */
    boolean admits(int priority, int group) {
        long mask = words[MASK + group];
        return priority < words[PMR]
                && (words[RUNNING] == IDLE || (priority & mask) < (words[RUNNING] & mask));
    }

    /** An interrupt was acknowledged: its group priority becomes active. */
    void begin(int intid, int priority, int group) {
        int level = (int) (priority & words[MASK + group]) >> activeShift;
        if (Checks.ON) {
            Checks.invariant(
                    admits(priority, group) && enabled(group),
                    "I-05 " + intid + " taken at " + priority + " over " + words[RUNNING]);
            Checks.invariant(
                    level << activeShift < words[RUNNING],
                    "I-06 " + intid + " at " + priority + " nests on " + words[RUNNING]);
        }
        words[ACTIVE + 2 * group + (level >>> 6)] |= 1L << level;
        words[RUNNING] = (long) level << activeShift;
        words[RUNNING_GROUP] = group;
        words[ORDER + (int) words[DEPTH]++] = (long) group << GROUP_SHIFT | intid;
        words[COMMITTED] = 0;
        words[ACKNOWLEDGED]++;
    }

    /** Group of the highest active priority, or -1 if none is active. */
    int activeGroup() {
        return (int) words[RUNNING_GROUP];
    }

    private int highestActive() {
        long low = words[ACTIVE] | words[ACTIVE + 2];
        if (low != 0) {
            return Long.numberOfTrailingZeros(low);
        }
        long high = words[ACTIVE + 1] | words[ACTIVE + 3];
        return high == 0 ? -1 : Long.SIZE + Long.numberOfTrailingZeros(high);
    }

    private void deriveRunning() {
        int level = highestActive();
        if (level < 0) {
            words[RUNNING] = IDLE;
            words[RUNNING_GROUP] = -1;
        } else {
            words[RUNNING] = (long) level << activeShift;
            words[RUNNING_GROUP] = (words[ACTIVE + (level >>> 6)] & 1L << level) != 0 ? 0 : 1;
        }
    }

    /**
     * Drops the highest active priority.
     *
     * @return whether {@code intid} is the interrupt that was acknowledged last
     */
    boolean drop(int intid, int group) {
        int level = (int) words[RUNNING] >> activeShift;
        words[ACTIVE + 2 * group + (level >>> 6)] &= ~(1L << level);
        deriveRunning();
        words[ENDED]++;
        boolean inOrder = forget(intid);
        words[DISORDERED_ENDS] += inOrder ? 0 : 1;
        if (Checks.ON) {
            Checks.invariant(
                    words[RUNNING] != IDLE || words[DEPTH] == 0,
                    "I-07 interrupts taken, ended and in service disagree");
        }
        return inOrder;
    }

    /** Takes an interrupt out of the order, or the last one if it is not there. */
    private boolean forget(int intid) {
        int last = ORDER + (int) words[DEPTH] - 1;
        if (last < ORDER) {
            return false;
        }
        words[DEPTH]--;
        if ((int) words[last] == intid) {
            return true;
        }
        for (int slot = last - 1; slot >= ORDER; slot--) {
            if ((int) words[slot] == intid) {
                System.arraycopy(words, slot + 1, words, slot, last - slot);
                break;
            }
        }
        return false;
    }

    /** The interrupt acknowledged last whose priority is still active; only if there is one. */
    int lastIntid() {
        return (int) words[ORDER + (int) words[DEPTH] - 1];
    }

    /** The group in which it was acknowledged. */
    int lastGroup() {
        return (int) (words[ORDER + (int) words[DEPTH] - 1] >>> GROUP_SHIFT);
    }

    int depth() {
        return (int) words[DEPTH];
    }

    boolean serving() {
        return words[RUNNING] != IDLE;
    }

    int runningPriority() {
        return (int) words[RUNNING];
    }

    /** 32 active priorities of one group (ICC_AP0R, ICC_AP1R). */
    int activePriorities(int group, int index) {
        return (int) (words[ACTIVE + 2 * group + (index >> 1)] >>> (index & 1) * Integer.SIZE);
    }

    /** Replaces them, as a guest does at its start or when it restores another one's state. */
    void activePriorities(int group, int index, int value) {
        int word = ACTIVE + 2 * group + (index >> 1);
        int shift = (index & 1) * Integer.SIZE;
        words[word] = words[word] & ~(0xffff_ffffL << shift) | (value & 0xffff_ffffL) << shift;
        deriveRunning();
        int active = 0;
        for (int n = ACTIVE; n < ACTIVE + 4; n++) {
            active += Long.bitCount(words[n]);
        }
        words[DEPTH] = Math.min(words[DEPTH], active);
    }

    /** Number of 32-bit registers that hold active priorities of a group. */
    int activeRegisters() {
        return Math.max(1, (1 << Byte.SIZE - activeShift) / Integer.SIZE);
    }

    /** An acknowledge found nothing to deliver. */
    boolean takeCommitment() {
        boolean committed = words[COMMITTED] != 0;
        if (committed) {
            words[COMMITTED] = 0;
            words[SPURIOUS]++;
        }
        return committed;
    }

    void commit() {
        words[COMMITTED] = 1;
    }

    void countIgnoredEnd() {
        words[IGNORED_ENDS]++;
    }

    void countDeactivation() {
        words[DEACTIVATED]++;
    }

    int pmr() {
        return (int) words[PMR];
    }

    void pmr(int value) {
        words[PMR] = value & priorityMask;
    }

    int binaryPoint(int group) {
        if (group == 1 && commonBinaryPoint()) {
            return Math.min((int) words[BINARY_POINT] + 1, 7);
        }
        return (int) words[BINARY_POINT + group];
    }

    void binaryPoint(int group, int value) {
        if (group == 1 && commonBinaryPoint()) {
            return;
        }
        words[BINARY_POINT + group] = Math.max(value & 7, minimumBinaryPoint + group);
        derive();
    }

    boolean splitEnd() {
        return (words[CTLR] & SPLIT_END) != 0;
    }

    int control() {
        return (int) words[CTLR];
    }

    void control(int value) {
        words[CTLR] = value & (COMMON_BINARY_POINT | SPLIT_END);
        derive();
    }

    boolean enabled(int group) {
        return (words[GROUPS] >>> group & 1) != 0;
    }

    void enable(int group, boolean enabled) {
        words[GROUPS] = words[GROUPS] & ~(1L << group) | (enabled ? 1L << group : 0);
    }

    GicCounts counts() {
        return new GicCounts(
                words[ACKNOWLEDGED],
                words[ENDED],
                words[DEACTIVATED],
                words[SPURIOUS],
                words[IGNORED_ENDS],
                words[DISORDERED_ENDS]);
    }
}
