package org.irqlab.hw.intc.gicv3;

import static org.irqlab.hw.intc.gicv3.InterruptWord.EDGE;
import static org.irqlab.hw.intc.gicv3.InterruptWord.ENABLED;
import static org.irqlab.hw.intc.gicv3.InterruptWord.GROUP1;
import static org.irqlab.hw.intc.gicv3.InterruptWord.PRIORITY;
import static org.irqlab.hw.intc.gicv3.InterruptWord.PRIORITY_SHIFT;
import static org.irqlab.hw.intc.gicv3.InterruptWord.TARGET_SHIFT;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.gicv3.its.LpiRedistributor;

/**
 * The redistributor of one CPU: its SGIs and PPIs, and the LPIs that are sent to it.
 *
 * <p>SIMPLIFIED: the LPI pending table in memory is neither read nor written: LPIs start without
 * pending state. Once enabled, LPIs stay enabled (IMPDEF, as GICR_CTLR.EnableLPIs may become RES1).
 *
 * <p><b>Threads.</b> Any. Firing and clearing are lock-free; invalidation takes this object's lock,
 * so that of two the later one's configuration stays.
 *
 * @see "Arm IHI 0069, Locality-specific Peripheral Interrupts"
 */
public final class Redistributor implements LpiRedistributor {
    private static final int LPI_PRIORITY = 0xfc;
    private static final int LPI_ENABLED = 1;

    private final int cpu;
    private final InterruptBank banked;
    private final InterruptBank lpis;
    private final CpuRequests requests;
    private final LpiConfigTable configuration;
    private final int priorityMask;
    private final GuestErrorSink errors;
    private Distributor distributor;

    // Set once, by any thread; a fire that still sees it clear came before.
    private volatile boolean lpisEnabled;

    Redistributor(
            int cpu,
            GicSettings settings,
            CpuRequests[] requests,
            LpiConfigTable configuration,
            GuestErrorSink errors) {
        this.cpu = cpu;
        this.requests = requests[cpu];
        this.configuration = configuration;
        this.errors = errors;
        priorityMask = settings.priorityMask();
        banked = InterruptBank.wired(0, IntIds.FIRST_SPI, settings, requests);
        lpis = InterruptBank.lpis(settings, requests);
        for (int intid = 0; intid < IntIds.FIRST_SPI; intid++) {
            banked.initialise(intid, cpu << TARGET_SHIFT | (IntIds.sgi(intid) ? EDGE : 0));
        }
        for (int n = 0; n < lpis.count(); n++) {
            lpis.initialise(IntIds.FIRST_LPI + n, cpu << TARGET_SHIFT | EDGE | GROUP1);
        }
    }

    /** Before any use. */
    void connect(Distributor distributor) {
        this.distributor = distributor;
    }

    int cpu() {
        return cpu;
    }

    InterruptBank banked() {
        return banked;
    }

    InterruptBank lpis() {
        return lpis;
    }

    private boolean exists(int intid) {
        boolean exists = lpis.has(intid);
        if (!exists) {
            errors.guestError(GuestError.ILLEGAL_VECTOR, GuestErrorSink.NO_CPU, intid, cpu);
        }
        return exists;
    }

    @Override
    @HotPath
    public FireOutcome trigger(int intid) {
        if (!exists(intid)) {
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        return lpisEnabled ? lpis.latch(intid) : FireOutcome.DROPPED_DISABLED;
    }

    @Override
    public boolean clear(int intid) {
        return exists(intid) && lpis.clearLatch(intid);
    }

    @Override
    public synchronized void invalidate(int intid) {
        if (exists(intid)) {
            byte configured = configuration.configuration(intid);
            int priority = configured & LPI_PRIORITY & priorityMask;
            int enabled = (configured & LPI_ENABLED) == 0 ? 0 : ENABLED;
            lpis.update(intid, PRIORITY | ENABLED, priority << PRIORITY_SHIFT | enabled);
        }
    }

    @Override
    public synchronized void invalidateAll() {
        for (int n = 0; n < lpis.count(); n++) {
            invalidate(IntIds.FIRST_LPI + n);
        }
    }

    /** Sets GICR_CTLR.EnableLPIs, after which the configuration table is read. */
    public void enableLpis() {
        invalidateAll();
        lpisEnabled = lpis.count() != 0;
    }

    boolean lpisEnabled() {
        return lpisEnabled;
    }

    /**
     * The input of a PPI goes high.
     *
     * @return as {@link Distributor#raiseLine}
     */
    @HotPath
    public FireOutcome raiseLine(int intid) {
        return ppi(intid) ? banked.raiseLine(intid) : FireOutcome.DROPPED_ILLEGAL_VECTOR;
    }

    /** The input of a PPI goes low: whether that withdraws a request. */
    @HotPath
    public boolean lowerLine(int intid) {
        return ppi(intid) && banked.lowerLine(intid);
    }

    private boolean ppi(int intid) {
        boolean ppi = IntIds.banked(intid) && !IntIds.sgi(intid);
        if (!ppi) {
            errors.guestError(GuestError.ILLEGAL_VECTOR, GuestErrorSink.NO_CPU, intid, cpu);
        }
        return ppi;
    }

    /** Enables one of this CPU's SGIs and PPIs; what was pending becomes deliverable. */
    public void enable(int intid) {
        banked.update(intid, 0, ENABLED);
    }

    /** Disables one of them: from the return on it is not acknowledged. */
    public void disable(int intid) {
        banked.update(intid, ENABLED, 0);
    }

    boolean asleep() {
        return requests.asleep();
    }

    /** Writes GICR_WAKER.ProcessorSleep: while asleep, everything is held back. */
    void setAsleep(boolean asleep) {
        requests.setAsleep(asleep);
        distributor.takesPart(cpu, Distributor.ASLEEP, !asleep);
        if (!asleep) {
            offerAll();
        }
    }

    /** Writes GICR_CTLR.DPG of one group: this CPU takes no part in 1-of-N delivery. */
    void exclude(int group, boolean excluded) {
        distributor.takesPart(cpu, Distributor.excludedFrom(group), !excluded);
    }

    /** Offers to this CPU again what it may have dropped while it held something back. */
    void offerAll() {
        banked.offerAll(cpu);
        lpis.offerAll(cpu);
        distributor.spis().offerAll(cpu);
    }
}
