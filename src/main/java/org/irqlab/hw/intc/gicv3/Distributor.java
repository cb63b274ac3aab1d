package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.WiredInputs;

/**
 * The distributor: the machine's SPIs, where they are routed, and which groups are forwarded.
 *
 * <p>Affinity routing is always on and there is one security state (GICD_CTLR.ARE and DS read 1).
 *
 * <p>IMPDEF: an SPI for "any one participating CPU" (1 of N) belongs to the participating CPU whose
 * place among them is the INTID modulo their number, and moves when participation changes. So such
 * interrupts are spread, and each has one target at a time.
 *
 * <p><b>Threads.</b> Any. Firing and enabling are lock-free; routes, groups and participation take
 * this object's lock.
 *
 * @see "Arm IHI 0069, Distribution and Routing of Interrupts"
 */
public final class Distributor {
    /** GICD_CTLR: forward group 0. */
    static final int ENABLE_GROUP0 = 1;

    /** GICD_CTLR: forward group 1. */
    static final int ENABLE_GROUP1 = 1 << 1;

    /** GICD_IROUTER: to any one CPU that participates. */
    static final long ANY_ONE = 1L << 31;

    /** Reasons for which a CPU takes no part in 1-of-N delivery. */
    static final int ASLEEP = 1;

    private static final long ROUTE_BITS = 0xff_80ff_ffffL;

    private final InterruptBank spis;
    private final Affinities affinities;
    private final Redistributor[] redistributors;
    private final GuestErrorSink errors;

    // Guarded by this object's lock.
    private final long[] routes;
    private final int[] refusals;
    private int control;

    Distributor(
            InterruptBank spis,
            Affinities affinities,
            Redistributor[] redistributors,
            GuestErrorSink errors) {
        this.spis = spis;
        this.affinities = affinities;
        this.redistributors = redistributors;
        this.errors = errors;
        routes = new long[spis.count()];
        refusals = new int[redistributors.length];
        for (int intid = spis.first(); intid < spis.first() + spis.count(); intid++) {
            spis.initialise(intid, 0);
        }
    }

    /** The reason "the CPU interface has this group disabled". */
    static int interfaceOf(int group) {
        return 1 << 1 + group;
    }

    /** The reason "the redistributor excludes this group from 1 of N" (GICR_CTLR.DPG). */
    static int excludedFrom(int group) {
        return 1 << 3 + group;
    }

    InterruptBank spis() {
        return spis;
    }

    Affinities affinities() {
        return affinities;
    }

    /** The SPIs as the kernel uses them. */
    public WiredInputs inputs() {
        return new SpiInputs(this);
    }

    private boolean exists(int intid) {
        boolean exists = spis.has(intid);
        if (!exists) {
            errors.guestError(GuestError.ILLEGAL_VECTOR, GuestErrorSink.NO_CPU, intid, 0);
        }
        return exists;
    }

    /**
     * Latches a request of an SPI, as a message or a set-pending write does.
     *
     * @return {@link FireOutcome#LATCHED} or {@link FireOutcome#COALESCED}; the masked ones while
     *     it is disabled; {@link FireOutcome#DROPPED_ILLEGAL_VECTOR} if there is no such SPI
     */
    @HotPath
    public FireOutcome setPending(int intid) {
        return exists(intid) ? spis.latch(intid) : FireOutcome.DROPPED_ILLEGAL_VECTOR;
    }

    /** Clears the latch of an SPI: whether that withdraws a request. */
    public boolean clearPending(int intid) {
        return exists(intid) && spis.clearLatch(intid);
    }

    /**
     * The input of an SPI goes high.
     *
     * @return as {@link #setPending}; an input that was high already makes no new request
     */
    @HotPath
    public FireOutcome raiseLine(int intid) {
        return exists(intid) ? spis.raiseLine(intid) : FireOutcome.DROPPED_ILLEGAL_VECTOR;
    }

    /** The input of an SPI goes low: whether that withdraws a request. */
    @HotPath
    public boolean lowerLine(int intid) {
        return exists(intid) && spis.lowerLine(intid);
    }

    /** Sets the input of an SPI. */
    @HotPath
    public void setLine(int intid, boolean high) {
        if (high) {
            raiseLine(intid);
        } else {
            lowerLine(intid);
        }
    }

    /** Enables an SPI; what was pending becomes deliverable. */
    public void enable(int intid) {
        if (exists(intid)) {
            spis.update(intid, 0, InterruptWord.ENABLED);
        }
    }

    /** Disables an SPI: from the return on no CPU acknowledges it. */
    public void disable(int intid) {
        if (exists(intid)) {
            spis.update(intid, InterruptWord.ENABLED, 0);
        }
    }

    /** Sets the priority of an SPI; a request that is pending has the new one. */
    public void setPriority(int intid, int priority) {
        if (exists(intid)) {
            spis.setPriority(intid, priority);
        }
    }

    /** Sets whether an SPI is edge-triggered or level-sensitive. */
    public void setEdge(int intid, boolean edge) {
        if (exists(intid)) {
            spis.update(intid, edge ? 0 : InterruptWord.EDGE, edge ? InterruptWord.EDGE : 0);
        }
    }

    /** Routes an SPI to one CPU. */
    public void route(int intid, int cpu) {
        writeRoute(intid, affinities.of(cpu));
    }

    /** Writes GICD_IROUTER; a request that is pending moves to the new target. */
    public synchronized void writeRoute(int intid, long route) {
        if (exists(intid)) {
            routes[intid - spis.first()] = route & ROUTE_BITS;
            retarget(intid);
        }
    }

    /** Writes a part of GICD_IROUTER. */
    synchronized void mergeRoute(int intid, long part, int bytes, long value) {
        writeRoute(intid, RegisterBits.merge(route(intid), part, bytes, value));
    }

    synchronized long route(int intid) {
        return routes[intid - spis.first()];
    }

    private void retarget(int intid) {
        long route = routes[intid - spis.first()];
        int word = spis.word(intid);
        int target =
                (route & ANY_ONE) != 0
                        ? anyOne(intid, InterruptWord.group(word))
                        : affinities.cpu(route);
        if (target != InterruptWord.target(word)) {
            spis.update(intid, InterruptWord.TARGET, target << InterruptWord.TARGET_SHIFT);
        }
    }

    private int anyOne(int intid, int group) {
        int refusal = ASLEEP | interfaceOf(group) | excludedFrom(group);
        int participants = 0;
        for (int reasons : refusals) {
            participants += (reasons & refusal) == 0 ? 1 : 0;
        }
        int place = participants == 0 ? 0 : intid % participants;
        for (int cpu = 0; cpu < refusals.length; cpu++) {
            if ((refusals[cpu] & refusal) == 0 && place-- == 0) {
                return cpu;
            }
        }
        return InterruptWord.NOBODY;
    }

    /** A reason to take no part in 1-of-N delivery goes or comes. */
    synchronized void takesPart(int cpu, int reason, boolean part) {
        int before = refusals[cpu];
        refusals[cpu] = part ? before & ~reason : before | reason;
        if (refusals[cpu] != before) {
            for (int n = 0; n < routes.length; n++) {
                if ((routes[n] & ANY_ONE) != 0) {
                    retarget(spis.first() + n);
                }
            }
        }
    }

    /** Moves an interrupt of any bank to a group. */
    synchronized void setGroup(InterruptBank bank, int intid, int group) {
        boolean forwarded = (control & (group == 0 ? ENABLE_GROUP0 : ENABLE_GROUP1)) != 0;
        int set =
                (group == 0 ? 0 : InterruptWord.GROUP1) | (forwarded ? InterruptWord.FORWARDED : 0);
        bank.update(intid, InterruptWord.GROUP1 | InterruptWord.FORWARDED, set);
        if (bank == spis && (routes[intid - spis.first()] & ANY_ONE) != 0) {
            retarget(intid);
        }
    }

    /** The group enables of GICD_CTLR. */
    synchronized int control() {
        return control;
    }

    /** Writes them: from the return on no interrupt of a disabled group is acknowledged. */
    synchronized void writeControl(int value) {
        int before = control;
        control = value & (ENABLE_GROUP0 | ENABLE_GROUP1);
        if (control != before) {
            boolean group0 = (control & ENABLE_GROUP0) != 0;
            boolean group1 = (control & ENABLE_GROUP1) != 0;
            spis.forward(group0, group1);
            for (Redistributor redistributor : redistributors) {
                redistributor.banked().forward(group0, group1);
                redistributor.lpis().forward(group0, group1);
            }
        }
    }

    /** Sends an SGI to one CPU: a target list with one bit. */
    @HotPath
    FireOutcome sendSgi(int cpu, int intid, int group) {
        return redistributors[cpu].banked().latchInGroup(intid, group);
    }

    /** Sends SGIs to all that a command names; each is one fire in {@code commands}. */
    void sendSgis(int sender, SgiCommand command, int group, FireCounts commands) {
        if (command.allButSelf()) {
            for (int cpu = 0; cpu < redistributors.length; cpu++) {
                if (cpu != sender) {
                    commands.count(sendSgi(cpu, command.intid(), group));
                }
            }
            return;
        }
        for (int left = command.targets(); left != 0; left &= left - 1) {
            int level0 = command.range() * 16 + Integer.numberOfTrailingZeros(left);
            int cpu = affinities.cpu(command.cluster() | level0);
            commands.count(
                    cpu == InterruptWord.NOBODY
                            ? FireOutcome.DROPPED_NO_TARGET
                            : sendSgi(cpu, command.intid(), group));
        }
    }
}
