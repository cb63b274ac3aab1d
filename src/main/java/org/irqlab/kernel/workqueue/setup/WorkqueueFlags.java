package org.irqlab.kernel.workqueue.setup;

import org.irqlab.base.HotPath;

import java.util.Arrays;
import java.util.EnumSet;

/**
 * How a workqueue's items are run: a valid set of flags.
 *
 * @param bits as in Linux
 * @see "Linux include/linux/workqueue.h, enum wq_flags; kernel/workqueue.c, alloc_workqueue"
 */
public record WorkqueueFlags(int bits) {
    public static final WorkqueueFlags PER_CPU = of();
    public static final WorkqueueFlags HIGH_PRIORITY = of(WorkqueueFlag.HIGHPRI);
    public static final WorkqueueFlags CPU_INTENSIVE = of(WorkqueueFlag.CPU_INTENSIVE);
    public static final WorkqueueFlags UNBOUND = of(WorkqueueFlag.UNBOUND);
    public static final WorkqueueFlags ORDERED = of(WorkqueueFlag.ORDERED);
    public static final WorkqueueFlags BH = of(WorkqueueFlag.BH);
    public static final WorkqueueFlags BH_HIGH_PRIORITY =
            of(WorkqueueFlag.BH, WorkqueueFlag.HIGHPRI);
    public static final WorkqueueFlags MEM_RECLAIM = of(WorkqueueFlag.MEM_RECLAIM);

    private static final int BH_ALLOWS =
            mask(WorkqueueFlag.BH, WorkqueueFlag.HIGHPRI, WorkqueueFlag.PERCPU);

    /**
     * Completes and checks the set.
     *
     * @throws IllegalArgumentException for a set that Linux refuses or warns of
     */
    public WorkqueueFlags {
        if ((bits & WorkqueueFlag.ORDERED.mask()) != 0) {
            bits |= WorkqueueFlag.UNBOUND.mask();
        }
        if ((bits & WorkqueueFlag.BH.mask()) != 0 && (bits & ~BH_ALLOWS) != 0) {
            throw new IllegalArgumentException(
                    "flags=" + names(bits) + " but BH goes with HIGHPRI and PERCPU only");
        }
        int where = mask(WorkqueueFlag.UNBOUND, WorkqueueFlag.PERCPU);
        if ((bits & where) == where) {
            throw new IllegalArgumentException(
                    "flags=" + names(bits) + " but a queue is UNBOUND or PERCPU");
        }
    }

    public static WorkqueueFlags of(WorkqueueFlag... flags) {
        return new WorkqueueFlags(mask(flags));
    }

    private static int mask(WorkqueueFlag... flags) {
        return Arrays.stream(flags).mapToInt(WorkqueueFlag::mask).reduce(0, (a, b) -> a | b);
    }

    private static EnumSet<WorkqueueFlag> names(int bits) {
        var names = EnumSet.allOf(WorkqueueFlag.class);
        names.removeIf(flag -> (bits & flag.mask()) == 0);
        return names;
    }

    @HotPath
    public boolean has(WorkqueueFlag flag) {
        return (bits & flag.mask()) != 0;
    }

    /** Returns this set with one flag more. */
    public WorkqueueFlags with(WorkqueueFlag flag) {
        return new WorkqueueFlags(bits | flag.mask());
    }

    @HotPath
    public boolean bh() {
        return has(WorkqueueFlag.BH);
    }

    @HotPath
    public boolean unbound() {
        return has(WorkqueueFlag.UNBOUND);
    }

    public boolean highPriority() {
        return has(WorkqueueFlag.HIGHPRI);
    }

    /** Returns whether items leave the count of running workers. */
    @HotPath
    public boolean cpuIntensive() {
        return has(WorkqueueFlag.CPU_INTENSIVE) && !unbound();
    }

    @HotPath
    public boolean ordered() {
        return has(WorkqueueFlag.ORDERED);
    }

    public boolean memReclaim() {
        return has(WorkqueueFlag.MEM_RECLAIM);
    }

    public boolean freezable() {
        return has(WorkqueueFlag.FREEZABLE);
    }

    @Override
    public String toString() {
        return names(bits).toString();
    }
}
