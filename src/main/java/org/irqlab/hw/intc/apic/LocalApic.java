package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.NmiLine;
import org.irqlab.hw.intc.apic.pin.PinCounts;

/**
 * The local APIC of one CPU: latches requests, delivers the highest above the processor priority,
 * and sends inter-processor interrupts.
 *
 * <p><b>Threads.</b> {@link #accept}, {@link #acceptLevel}, {@link #driveLint} and {@link #mode}:
 * any. Everything else: the CPU's owner.
 *
 * <p>A vector exists at most twice, once requested and once in service, so N edges lead to at least
 * one and at most N handler runs.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Handling Interrupts"
 */
@HotPath
public final class LocalApic implements CpuInterruptPort {
    /** Highest index of the vector table, and the version of an APIC that is inside its CPU. */
    static final int VERSION = 1 << 24 | 5 << 16 | 0x14;

    private static final int CLUSTER_FIELD = 28;
    private static final int XAPIC_ID_FIELD = 24;
    private static final int ENABLED_WITH_SPURIOUS = 1 << 8 | X86Vectors.SPURIOUS;
    private static final int ALL_BUT_EXCEPTION_VECTORS = 0x10;

    private final int cpu;
    private final RequestRegister requests;
    private final CpuSignals signals;
    private final EoiBroadcast eoiBroadcast;
    private final GuestErrorSink errors;
    private final OwnerRegisters own;
    private final LocalVectorTable lvt;
    private final ApicTimer timer;
    private final CommandRegister icr;
    private ApicMsrs msrs;

    LocalApic(int cpu, ApicParts parts, EoiBroadcast eoiBroadcast, ApicOptions options) {
        this.cpu = cpu;
        requests = parts.requests()[cpu];
        signals = parts.signals()[cpu];
        own = parts.owners()[cpu];
        this.eoiBroadcast = eoiBroadcast;
        errors = options.errors();
        lvt = new LocalVectorTable(cpu, parts.bus(), own, requests);
        icr = new CommandRegister(cpu, parts.bus(), own, requests, errors);
        timer = new ApicTimer(this, options.clockNs());
    }

    @Override
    public boolean requested() {
        return requests.any();
    }

    @Override
    public boolean requested(int vector) {
        return (requests.irr(vector / Integer.SIZE) >>> vector & 1) != 0;
    }

    @Override
    public boolean deliverable() {
        boolean deliverable = own.admits(requests.highest());
        if (deliverable) {
            own.commit();
        }
        return deliverable;
    }

    @Override
    public int acknowledge() {
        int vector = requests.highest();
        if (!own.admits(vector)) {
            return own.takeCommitment() ? own.spuriousVector() : NONE;
        }
        if (!requests.take(vector)) {
            throw new IllegalStateException("request " + vector + " cleared by another thread");
        }
        own.begin(vector);
        return vector;
    }

    @Override
    public int spuriousVector() {
        return own.spuriousVector();
    }

    @Override
    public void endOfInterrupt() {
        int vector = own.end();
        if (vector == NONE) {
            errors.guestError(GuestError.END_WITHOUT_ACKNOWLEDGE, cpu, 0, 0);
        } else if (requests.level(vector)) {
            endLevel(vector);
        }
    }

    @Override
    public boolean tellsEnd(int vector) {
        return requests.level(vector) && !own.suppressesEoiBroadcast();
    }

    private void endLevel(int vector) {
        lvt.ended(vector);
        if (!own.suppressesEoiBroadcast()) {
            eoiBroadcast.ended(vector);
        }
    }

    @Override
    public boolean inService() {
        return own.servingAny();
    }

    @Override
    public FireOutcome accept(int vector) {
        return requests.accept(vector);
    }

    /** Latches a level-triggered request: as {@link #accept}, and its end will be broadcast. */
    public FireOutcome acceptLevel(int vector) {
        return requests.acceptLevel(vector);
    }

    @Override
    public FireOutcome timerExpired() {
        int vector = own.timerVector();
        return vector == NONE ? FireOutcome.DROPPED_DISABLED : requests.accept(vector);
    }

    @Override
    public boolean tryHalt() {
        requests.halt();
        if (own.admits(requests.highest())) {
            requests.resumed();
            return false;
        }
        return true;
    }

    @Override
    public void resumed() {
        requests.resumed();
    }

    @Override
    public void connectNmi(NmiLine line) {
        signals.connectNmi(line);
    }

    @Override
    public CpuSignals connectSignals(CpuKick attention) {
        signals.connect(attention);
        return signals;
    }

    /** What reaches this CPU past its request register. */
    public CpuSignals signals() {
        return signals;
    }

    /** The timer of this APIC, which somebody must serve. */
    @Override
    public ApicTimer timer() {
        return timer;
    }

    /**
     * INIT: discards requests and interrupts in service, masks all entries, stops the timer,
     * disables delivery. What was discarded is counted. The mode stays.
     */
    @Override
    public void reset() {
        own.reset(requests.clear());
        lvt.reset();
        timer.reset();
        requests.mode(requests.mode());
    }

    /**
     * Software-enabled, exception vectors held back, spurious vector and timer as Linux has them.
     */
    @Override
    public void setUp() {
        writeSvr(ENABLED_WITH_SPURIOUS);
        writeTpr(ALL_BUT_EXCEPTION_VECTORS);
        writeLvtTimer(X86Vectors.LOCAL_TIMER);
    }

    @Override
    public ApicMsrs msrs() {
        return msrs;
    }

    /** Connects the registers' other way here; before the machine runs. */
    void connect(ApicMsrs registers) {
        msrs = registers;
    }

    /** How this APIC is reached. */
    public ApicMode mode() {
        return requests.mode();
    }

    /** Changes the mode; to and from disabled loses all state. */
    void enter(ApicMode mode) {
        boolean keeps = mode == ApicMode.X2APIC && requests.present();
        requests.mode(mode);
        if (!keeps) {
            reset();
        }
    }

    int cpu() {
        return cpu;
    }

    GuestErrorSink errors() {
        return errors;
    }

    /** Writes the task priority register; a lower priority may make a request deliverable. */
    public void writeTpr(int value) {
        own.tpr(value);
    }

    /** The task priority register; bits 7:4 are the CPU's CR8. */
    public int tpr() {
        return own.tpr();
    }

    /** The processor priority register. */
    public int ppr() {
        return own.ppr();
    }

    /**
     * Writes the spurious-interrupt vector register: vector 7:0, software enable 8, suppress EOI
     * broadcast 12. While disabled, requests are latched and held; all local entries are masked.
     */
    public void writeSvr(int value) {
        own.svr(value);
        if (!own.softwareEnabled()) {
            lvt.maskAll();
        }
    }

    /** The spurious-interrupt vector register. */
    public int svr() {
        return own.svr();
    }

    /** Writes an entry of the local vector table; it stays masked while software-disabled. */
    public void writeLvt(Lvt entry, int value) {
        if (entry == Lvt.TIMER) {
            // What is due under the old entry comes first.
            timer.service(timer.nowNs());
        }
        lvt.write(entry, value);
        if (entry == Lvt.TIMER) {
            timer.lvtWritten(value, timer.nowNs());
        }
    }

    /** An entry of the local vector table. */
    public int lvt(Lvt entry) {
        return lvt.read(entry);
    }

    /** Writes the timer's entry: vector 7:0, mask 16, mode 18:17. */
    public void writeLvtTimer(int value) {
        writeLvt(Lvt.TIMER, value);
    }

    /** The timer's local vector table entry. */
    public int lvtTimer() {
        return lvt.read(Lvt.TIMER);
    }

    /**
     * The thermal sensor or a performance counter interrupts.
     *
     * @return {@link FireOutcome#DROPPED_DISABLED} if its entry is masked: it is lost
     */
    public FireOutcome localInterrupt(Lvt entry) {
        return lvt.localInterrupt(entry);
    }

    /** Drives a local interrupt pin: as {@link IoApic#drive}. */
    public FireOutcome driveLint(Lvt pin, boolean high) {
        if (!pin.isPin()) {
            throw new IllegalArgumentException("pin=" + pin + " is not LINT0 or LINT1");
        }
        return lvt.drive(pin, high);
    }

    /** What became of levels at the local pins that could not be sent at once. */
    public PinCounts lintCounts() {
        return lvt.pinCounts();
    }

    /** Interrupts of the local pins that a write or an end of interrupt sent, by outcome. */
    public long lintsSentLater(FireOutcome outcome) {
        return lvt.later(outcome);
    }

    /** The identification register: in bits 31:24 of an xAPIC. */
    public int id() {
        return mode() == ApicMode.X2APIC ? cpu : cpu << XAPIC_ID_FIELD;
    }

    /** Writes the logical destination register, bits 31:24; an x2APIC's is fixed. */
    public void writeLdr(int value) {
        if (mode() != ApicMode.X2APIC) {
            requests.logical(requests.format(), value >>> XAPIC_ID_FIELD);
        }
    }

    /** The logical destination register. */
    public int ldr() {
        int logical = requests.logicalId();
        return mode() == ApicMode.X2APIC ? logical : logical << XAPIC_ID_FIELD;
    }

    /** Writes the destination format register: bits 31:28 are 0xf for flat, 0 for cluster. */
    public void writeDfr(int value) {
        if (mode() != ApicMode.X2APIC) {
            requests.logical(value >>> CLUSTER_FIELD, requests.logicalId());
        }
    }

    /** The destination format register. */
    public int dfr() {
        return requests.format() << CLUSTER_FIELD | (1 << CLUSTER_FIELD) - 1;
    }

    /** Writes the error status register, which moves the errors since the last write into it. */
    public void writeErrorStatus() {
        own.errorStatus(requests.takeErrors());
    }

    /** The error status register, as of its last write. */
    public int errorStatus() {
        return own.errorStatus();
    }

    /** An access to a register that is not there. */
    void illegalRegister() {
        requests.recordError(RequestRegister.ILLEGAL_REGISTER);
    }

    /** 32 bits of the request register; {@code index} 0 to 7. */
    public int irr(int index) {
        return requests.irr(index);
    }

    /** 32 bits of the in-service register; {@code index} 0 to 7. */
    public int isr(int index) {
        return own.isr(index);
    }

    /** 32 bits of the trigger mode register; {@code index} 0 to 7. */
    public int tmr(int index) {
        return requests.tmr(index);
    }

    /**
     * Writes the interrupt command register, in the layout of the mode, which sends. Each CPU
     * addressed is one fire in {@link #commands}.
     *
     * <p>Interrupts between processors are edges, whatever the trigger bits say; "self" and "all
     * including self" are for fixed delivery, as other modes are not valid there.
     */
    public void writeIcr(long value) {
        icr.write(mode() == ApicMode.X2APIC ? value : InterruptCommand.ofXapic(value));
    }

    CommandRegister icr() {
        return icr;
    }

    /** Outcomes of the interrupts sent through this APIC's command register. */
    public FireCounts commands() {
        return icr.counts();
    }

    /** What became of the requests latched here. */
    public ApicCounts counts() {
        return own.counts(requests.count(), requests.errorInterrupts());
    }
}
