package org.irqlab.kernel.irq.affinity;

import org.irqlab.base.Checks;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which interrupt vectors of each CPU are taken: one bitmap a CPU, of what is allocated and of what
 * is set aside for managed interrupts.
 *
 * <p>A managed interrupt owns a bit on each CPU of its mask, allocated on one of them. An ordinary
 * one may be reserved first, which is a promise without a bit, and gets its bit when it is
 * activated.
 *
 * <p><b>Threads.</b> One at a time, whoever owns it locks; {@link #allocated} any.
 *
 * @see "Linux kernel/irq/matrix.c"
 */
public final class VectorMatrix {
    /** Returned where there is no bit, or no CPU, left. */
    public static final int NO_SPACE = -1;

    private final BitSet usable;
    private final CpuMap[] maps;
    private int globalReserved;

    /** What one CPU has given away. */
    private static final class CpuMap {
        final BitSet allocated = new BitSet();
        final BitSet managed = new BitSet();
        int available;
        int managedAllocated;
        boolean online = true;
        // Any thread reads: the size of allocated, which orders nothing.
        volatile int inUse;

        void allocate(int first, int count) {
            allocated.set(first, first + count);
            inUse = allocated.cardinality();
        }

        void free(int vector) {
            allocated.clear(vector);
            inUse = allocated.cardinality();
        }
    }

    /** A vector of a CPU; {@code vector} is {@link #NO_SPACE} where there was none. */
    public record Slot(int cpu, int vector) {
        public static final Slot NONE = new Slot(-1, NO_SPACE);

        public boolean found() {
            return vector != NO_SPACE;
        }
    }

    /** Makes a matrix of online CPUs; {@code usable} are the vectors that devices may have. */
    public VectorMatrix(int cpus, BitSet usable) {
        this.usable = (BitSet) usable.clone();
        maps = new CpuMap[cpus];
        Arrays.setAll(maps, cpu -> new CpuMap());
        for (CpuMap map : maps) {
            map.available = usable.cardinality();
        }
    }

    /** Reserves a vector: a promise that may be broken when too many are made. */
    public void reserve() {
        globalReserved++;
    }

    public void removeReserved() {
        globalReserved--;
    }

    /**
     * Allocates a vector on the CPU of {@code mask} that has most left.
     *
     * @param reserved whether it was reserved before
     */
    public Slot allocate(CpuMask mask, boolean reserved) {
        int best = -1;
        for (int cpu = mask.first(); cpu >= 0 && cpu < maps.length; cpu = mask.next(cpu + 1)) {
            int most = best < 0 ? 0 : maps[best].available;
            if (maps[cpu].online && maps[cpu].available > most) {
                best = cpu;
            }
        }
        if (best < 0) {
            return Slot.NONE;
        }
        CpuMap map = maps[best];
        int vector = lowestFree(map);
        if (vector < 0) {
            return Slot.NONE;
        }
        map.allocate(vector, 1);
        map.available--;
        globalReserved -= reserved ? 1 : 0;
        check(best);
        return new Slot(best, vector);
    }

    private int lowestFree(CpuMap map) {
        var free = (BitSet) usable.clone();
        free.andNot(map.allocated);
        free.andNot(map.managed);
        return free.nextSetBit(0);
    }

    /**
     * Allocates consecutive vectors of one CPU of {@code mask}, the one that has most left of those
     * that have them.
     *
     * @param count a power of two, of which the first vector is a multiple
     * @return the first
     */
    public Slot allocateBlock(CpuMask mask, int count) {
        Slot best = Slot.NONE;
        for (int cpu = mask.first(); cpu >= 0 && cpu < maps.length; cpu = mask.next(cpu + 1)) {
            boolean better = !best.found() || maps[cpu].available > maps[best.cpu()].available;
            int vector = maps[cpu].online && better ? freeBlock(maps[cpu], count) : NO_SPACE;
            best = vector == NO_SPACE ? best : new Slot(cpu, vector);
        }
        if (best.found()) {
            maps[best.cpu()].allocate(best.vector(), count);
            maps[best.cpu()].available -= count;
            check(best.cpu());
        }
        return best;
    }

    private int freeBlock(CpuMap map, int count) {
        var free = (BitSet) usable.clone();
        free.andNot(map.allocated);
        free.andNot(map.managed);
        for (int first = 0; first < free.length(); first += count) {
            if (free.nextClearBit(first) >= first + count) {
                return first;
            }
        }
        return NO_SPACE;
    }

    /** Sets a vector aside on every CPU of {@code mask}, or on none. Also for CPUs that are off. */
    public boolean reserveManaged(CpuMask mask) {
        CpuMask done = CpuMask.NONE;
        for (int cpu = mask.first(); cpu >= 0; cpu = mask.next(cpu + 1)) {
            int vector = lowestFree(maps[cpu]);
            if (vector < 0) {
                removeManaged(done);
                return false;
            }
            maps[cpu].managed.set(vector);
            maps[cpu].available--;
            done = done.with(cpu);
            check(cpu);
        }
        return true;
    }

    /** Gives back what was set aside and is not allocated: one vector on each CPU of the mask. */
    public void removeManaged(CpuMask mask) {
        mask.forEach(cpu -> {
            int vector = idleManaged(maps[cpu]);
            if (vector < 0) {
                throw new IllegalStateException("no managed vector to give back on cpu=" + cpu);
            }
            maps[cpu].managed.clear(vector);
            maps[cpu].available++;
            check(cpu);
        });
    }

    private static int idleManaged(CpuMap map) {
        var idle = (BitSet) map.managed.clone();
        idle.andNot(map.allocated);
        return idle.nextSetBit(0);
    }

    /** Allocates one that was set aside, on the online CPU of the mask with the fewest of them. */
    public Slot allocateManaged(CpuMask mask) {
        int best = -1;
        for (int cpu = mask.first(); cpu >= 0 && cpu < maps.length; cpu = mask.next(cpu + 1)) {
            boolean better = best < 0 || maps[cpu].managedAllocated <= maps[best].managedAllocated;
            if (maps[cpu].online && better) {
                best = cpu;
            }
        }
        int vector = best < 0 ? -1 : idleManaged(maps[best]);
        if (vector < 0) {
            return Slot.NONE;
        }
        maps[best].allocate(vector, 1);
        maps[best].managedAllocated++;
        check(best);
        return new Slot(best, vector);
    }

    /** Frees an allocated vector; a managed one stays set aside. */
    public void free(int cpu, int vector, boolean managed) {
        CpuMap map = maps[cpu];
        if (!map.allocated.get(vector)) {
            throw new IllegalStateException("vector=" + vector + " of cpu=" + cpu + " is free");
        }
        map.free(vector);
        if (managed) {
            map.managedAllocated--;
        } else {
            map.available++;
        }
        check(cpu);
    }

    /** The CPU takes no interrupts any more; its map stays. */
    public void offline(int cpu) {
        maps[cpu].online = false;
    }

    public void online(int cpu) {
        maps[cpu].online = true;
    }

    public boolean isOnline(int cpu) {
        return maps[cpu].online;
    }

    /** Returns how many vectors of {@code cpu} are neither allocated nor set aside. */
    public int available(int cpu) {
        return maps[cpu].available;
    }

    /** Returns how many vectors of {@code cpu} are allocated, managed ones included. */
    public int allocated(int cpu) {
        return maps[cpu].inUse;
    }

    /** Returns how many vectors of {@code cpu} are set aside for managed interrupts. */
    public int managed(int cpu) {
        return maps[cpu].managed.cardinality();
    }

    /** Returns how many of those are allocated. */
    public int managedAllocated(int cpu) {
        return maps[cpu].managedAllocated;
    }

    public boolean isAllocated(int cpu, int vector) {
        return maps[cpu].allocated.get(vector);
    }

    /** Returns how many reserved interrupts have no vector yet. */
    public int globalReserved() {
        return globalReserved;
    }

    /** Returns how many vectors the online CPUs have left. */
    public int globalAvailable() {
        return Arrays.stream(maps).filter(map -> map.online).mapToInt(map -> map.available).sum();
    }

    /** Returns how many vectors of each CPU devices may have. */
    public int usable() {
        return usable.cardinality();
    }

    private void check(int cpu) {
        if (Checks.ON) {
            CpuMap map = maps[cpu];
            var taken = (BitSet) map.allocated.clone();
            taken.or(map.managed);
            Checks.invariant(
                    map.available + taken.cardinality() == usable.cardinality(),
                    "I-36: vectors of cpu " + cpu + ": free + taken != all");
        }
    }
}
