package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

/**
 * The CPU interface of one CPU: selects the most urgent pending interrupt, and acknowledges and
 * ends interrupts.
 *
 * <p>As a port it is the CPU's IRQ input, which group 1 drives. Group 0 drives FIQ, which no port
 * has: {@link #deliverable(int)} and {@link #acknowledge(int)} with group 0 stand for it. The most
 * urgent interrupt of both groups counts; while it is of group 0, group 1 waits.
 *
 * <p><b>Threads.</b> {@link #accept}: any. Everything else: the CPU's owner.
 *
 * <p><b>Progress.</b> An acknowledge costs the same however many interrupts are pending. It repeats
 * only for hints that others have made stale, each once.
 *
 * @see "Arm IHI 0069, Physical interrupt handling and prioritization"
 */
@HotPath
public final class GicCpuInterface implements CpuInterruptPort {
    private final int cpu;
    private final int levelShift;
    private final Distributor distributor;
    private final Redistributor redistributor;
    private final CpuRequests requests;
    private final CpuInterfaceRegisters own;
    private final GuestErrorSink errors;
    private final FireCounts commands = new FireCounts();

    GicCpuInterface(
            GicSettings settings,
            Distributor distributor,
            Redistributor redistributor,
            CpuRequests requests,
            GuestErrorSink errors) {
        this.cpu = redistributor.cpu();
        this.levelShift = Byte.SIZE - settings.priorityBits();
        this.distributor = distributor;
        this.redistributor = redistributor;
        this.requests = requests;
        this.own = new CpuInterfaceRegisters(settings);
        this.errors = errors;
    }

    private InterruptBank bank(int hint) {
        if (CpuRequests.lpi(hint)) {
            return redistributor.lpis();
        }
        int intid = CpuRequests.slot(hint);
        return intid < IntIds.FIRST_SPI ? redistributor.banked() : distributor.spis();
    }

    private static int intid(int hint) {
        return CpuRequests.slot(hint) + (CpuRequests.lpi(hint) ? IntIds.FIRST_LPI : 0);
    }

    /** Whether an interrupt with this word is what the hint promises, and is not held back here. */
    private boolean valid(int hint, int word) {
        return InterruptWord.eligible(word)
                && InterruptWord.target(word) == cpu
                && InterruptWord.priority(word) >>> levelShift == CpuRequests.level(hint)
                && own.enabled(InterruptWord.group(word))
                && !requests.asleep();
    }

    /** Hint to the most urgent pending interrupt, or {@link PriorityHints#NONE}. */
    private int highest() {
        while (true) {
            int hint = requests.first();
            if (hint == PriorityHints.NONE || valid(hint, bank(hint).word(intid(hint)))) {
                return hint;
            }
            drop(hint);
        }
    }

    private void drop(int hint) {
        requests.clear(hint);
        // Looks again: what became eligible before the bit was clear set no new one.
        InterruptBank bank = bank(hint);
        int word = bank.word(intid(hint));
        if (valid(hint, word)) {
            bank.offer(intid(hint), word);
        }
    }

    /** Whether the hint's interrupt raises the signal of {@code group}. */
    private boolean signals(int hint, int group) {
        return hint != PriorityHints.NONE
                && InterruptWord.group(bank(hint).word(intid(hint))) == group
                && own.admits(CpuRequests.level(hint) << levelShift, group);
    }

    /** Takes an interrupt whose word was valid for the hint: whether it still is that word. */
    private boolean take(int hint, InterruptBank bank, int intid, int word) {
        int activeBit = CpuRequests.lpi(hint) ? 0 : InterruptWord.ACTIVE;
        requests.clear(hint);
        if (bank.replace(intid, word, InterruptWord.taken(word, activeBit))) {
            own.begin(intid, InterruptWord.priority(word), InterruptWord.group(word));
            return true;
        }
        // It has changed meanwhile. If it may still be taken, its hint must not be missing.
        int now = bank.word(intid);
        if (valid(hint, now)) {
            bank.offer(intid, now);
        }
        return false;
    }

    @Override
    public boolean requested() {
        return requests.rung() && requests.first() != PriorityHints.NONE;
    }

    @Override
    public boolean deliverable() {
        boolean deliverable = deliverable(1);
        if (deliverable) {
            own.commit();
        }
        return deliverable;
    }

    /** Whether the most urgent interrupt is of this group and urgent enough to be taken now. */
    public boolean deliverable(int group) {
        return signals(highest(), group);
    }

    /** Reads IAR1; nothing to deliver (1023) is {@link #NONE} unless the CPU is committed. */
    @Override
    public int acknowledge() {
        int intid = acknowledge(1);
        if (intid == IntIds.SPURIOUS) {
            return own.takeCommitment() ? IntIds.SPURIOUS : NONE;
        }
        return intid;
    }

    /**
     * Reads IAR0 or IAR1: takes the most urgent interrupt if it is of this group and urgent enough.
     *
     * @return its INTID, or 1023, which leaves all state as it was
     */
    public int acknowledge(int group) {
        while (requests.rung()) {
            int hint = requests.first();
            if (hint == PriorityHints.NONE) {
                requests.quieten();
                if (requests.first() == PriorityHints.NONE) {
                    break;
                }
                requests.resumed();
                continue;
            }
            InterruptBank bank = bank(hint);
            int intid = intid(hint);
            int word = bank.word(intid);
            if (!valid(hint, word)) {
                drop(hint);
            } else if (InterruptWord.group(word) != group
                    || !own.admits(InterruptWord.priority(word), group)) {
                break;
            } else if (take(hint, bank, intid, word)) {
                return intid;
            }
        }
        return IntIds.SPURIOUS;
    }

    /**
     * Reads HPPIR0 or HPPIR1: the most urgent pending interrupt if it is of this group, urgent
     * enough or not; 1023 if not.
     */
    public int highestPending(int group) {
        int hint = highest();
        boolean member =
                hint != PriorityHints.NONE
                        && InterruptWord.group(bank(hint).word(intid(hint))) == group;
        return member ? intid(hint) : IntIds.SPURIOUS;
    }

    @Override
    public int spuriousVector() {
        return IntIds.SPURIOUS;
    }

    /** Drops the priority of the interrupt acknowledged last and deactivates it, in both modes. */
    @Override
    public void endOfInterrupt() {
        if (own.depth() == 0) {
            ignoredEnd(IntIds.SPURIOUS);
            return;
        }
        int intid = own.lastIntid();
        boolean split = own.splitEnd();
        endOfInterrupt(own.lastGroup(), intid);
        if (split) {
            deactivate(bankOf(intid), intid);
        }
    }

    /** Writes EOIR1. */
    public void eoir(int intid) {
        endOfInterrupt(1, intid);
    }

    /**
     * Writes EOIR0 or EOIR1: drops the highest active priority and, unless the ends are split,
     * deactivates {@code intid}. 1020 to 1023 have no effect.
     *
     * <p>IMPDEF: ends out of order drop the highest active priority, whatever they name; ends in
     * the wrong group have no effect.
     */
    public void endOfInterrupt(int group, int intid) {
        if (IntIds.special(intid)) {
            return;
        }
        InterruptBank bank = bankOf(intid);
        if (bank == null) {
            errors.guestError(GuestError.ILLEGAL_VECTOR, cpu, intid, 0);
            return;
        }
        int active = own.activeGroup();
        if (active < 0) {
            ignoredEnd(intid);
        } else if (active != group) {
            own.countIgnoredEnd();
            errors.guestError(GuestError.END_OUT_OF_ORDER, cpu, intid, group);
        } else {
            // First, so that the CPU does its own books while the word's line is on its way. Nobody
            // else sees the running priority.
            if (!own.splitEnd()) {
                deactivate(bank, intid);
            }
            if (!own.drop(intid, group)) {
                errors.guestError(GuestError.END_OUT_OF_ORDER, cpu, intid, group);
            }
        }
    }

    private void ignoredEnd(int intid) {
        own.countIgnoredEnd();
        errors.guestError(GuestError.END_WITHOUT_ACKNOWLEDGE, cpu, intid, 0);
    }

    /**
     * Writes DIR: deactivates an interrupt, also one that another CPU acknowledged. No effect
     * unless the ends are split, and none on LPIs and on 1020 to 1023.
     */
    public void dir(int intid) {
        if (IntIds.special(intid) || intid >= IntIds.FIRST_LPI) {
            return;
        }
        InterruptBank bank = bankOf(intid);
        if (bank == null) {
            errors.guestError(GuestError.ILLEGAL_VECTOR, cpu, intid, 0);
        } else if (!own.splitEnd() || !deactivate(bank, intid)) {
            ignoredEnd(intid);
        }
    }

    private boolean deactivate(InterruptBank bank, int intid) {
        // LPIs are never active.
        boolean was = intid < IntIds.FIRST_LPI && bank.deactivate(intid);
        if (was) {
            own.countDeactivation();
        }
        return was;
    }

    /** Where an interrupt is kept that this CPU names by its INTID; null if there is none. */
    private InterruptBank bankOf(int intid) {
        if (IntIds.banked(intid)) {
            return redistributor.banked();
        }
        if (distributor.spis().has(intid)) {
            return distributor.spis();
        }
        return redistributor.lpis().has(intid) ? redistributor.lpis() : null;
    }

    @Override
    public boolean inService() {
        return own.serving();
    }

    /**
     * Makes an interrupt pending by its INTID: one of this CPU's own SGIs, PPIs and LPIs, or an
     * SPI, which goes where it is routed.
     *
     * @return also {@link FireOutcome#PENDED_MASKED} or {@link FireOutcome#COALESCED_MASKED} while
     *     the interrupt is disabled
     */
    @Override
    public FireOutcome accept(int intid) {
        if (IntIds.banked(intid)) {
            return redistributor.banked().latch(intid);
        }
        return intid < IntIds.FIRST_LPI
                ? distributor.setPending(intid)
                : redistributor.trigger(intid);
    }

    /**
     * Makes the virtual timer's PPI pending.
     *
     * <p>SIMPLIFIED: the expiry is an event, so the PPI is latched; the timer's output does not
     * stay high until the timer is set anew.
     *
     * @return as {@link #accept}: an expiry while the PPI is disabled is not lost
     */
    @Override
    public FireOutcome timerExpired() {
        return redistributor.banked().latch(Arm64Vectors.VIRTUAL_TIMER);
    }

    @Override
    public boolean tryHalt() {
        requests.halt();
        if (signals(highest(), 1)) {
            requests.resumed();
            return false;
        }
        return true;
    }

    @Override
    public void resumed() {
        requests.resumed();
    }

    /**
     * Writes ICC_IGRPEN: takes part in the delivery of a group or not. What it held back meanwhile
     * becomes deliverable.
     */
    public void enableGroup(int group, boolean enabled) {
        own.enable(group, enabled);
        distributor.takesPart(cpu, Distributor.interfaceOf(group), enabled);
        if (enabled) {
            redistributor.offerAll();
        }
    }

    /** Sends SGIs by a value of ICC_SGI1R (group 1) or ICC_SGI0R (group 0). */
    public void sendSgis(long value, int group) {
        distributor.sendSgis(cpu, SgiCommand.of(value), group, commands);
    }

    /** Outcomes of the SGIs sent by this CPU's registers, one for each CPU addressed. */
    public FireCounts commands() {
        return commands;
    }

    /** The registers that only this CPU changes. */
    CpuInterfaceRegisters registers() {
        return own;
    }

    /** What this CPU did. */
    public GicCounts counts() {
        return own.counts();
    }
}
