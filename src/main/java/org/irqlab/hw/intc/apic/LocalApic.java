package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;

/**
 * The local APIC of one CPU: latches requests, delivers the highest above the processor priority,
 * and sends inter-processor interrupts.
 *
 * <p><b>Threads.</b> {@link #accept} and {@link #acceptLevel}: any. Everything else: the CPU's
 * owner.
 *
 * <p>A vector exists at most twice, once requested and once in service, so N edges lead to at least
 * one and at most N handler runs.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Handling Interrupts"
 */
@HotPath
public final class LocalApic implements CpuInterruptPort {
    private final int cpu;
    private final ApicBus bus;
    private final RequestRegister requests;
    private final EoiBroadcast eoiBroadcast;
    private final OwnerRegisters own = new OwnerRegisters();
    private final FireCounts commands = new FireCounts();

    LocalApic(int cpu, ApicBus bus, RequestRegister requests, EoiBroadcast eoiBroadcast) {
        this.cpu = cpu;
        this.bus = bus;
        this.requests = requests;
        this.eoiBroadcast = eoiBroadcast;
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
        if (vector != NONE && requests.level(vector) && !own.suppressesEoiBroadcast()) {
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

    /**
     * INIT: discards requests and interrupts in service, masks the timer, disables delivery. What
     * was discarded is counted.
     */
    public void reset() {
        own.reset(requests.clear());
    }

    /** Writes the task priority register; a lower priority may make a request deliverable. */
    public void writeTpr(int value) {
        own.tpr(value);
    }

    /** The task priority register. */
    public int tpr() {
        return own.tpr();
    }

    /** The processor priority register. */
    public int ppr() {
        return own.ppr();
    }

    /**
     * Writes the spurious-interrupt vector register: vector 7:0, software enable 8, suppress EOI
     * broadcast 12. While disabled, requests are latched and held; the timer's entry is masked.
     */
    public void writeSvr(int value) {
        own.svr(value);
    }

    /** The spurious-interrupt vector register. */
    public int svr() {
        return own.svr();
    }

    /** Writes the timer's local vector table entry: vector 7:0, mask 16. */
    public void writeLvtTimer(int value) {
        own.lvtTimer(value);
    }

    /** The timer's local vector table entry. */
    public int lvtTimer() {
        return own.lvtTimer();
    }

    /** Writes the error status register, which moves the errors since the last write into it. */
    public void writeErrorStatus() {
        own.errorStatus(requests.takeErrors());
    }

    /** The error status register, as of its last write. */
    public int errorStatus() {
        return own.errorStatus();
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
     * Writes the interrupt command register, which sends. Each CPU addressed is one fire in {@link
     * #commands}.
     */
    public void writeIcr(long value) {
        var command = InterruptCommand.of(value);
        if (!Vectors.legal(command.vector())) {
            requests.recordError(RequestRegister.SEND_ILLEGAL_VECTOR);
            commands.count(FireOutcome.DROPPED_ILLEGAL_VECTOR);
        } else if (!ApicBus.requestsVector(command.deliveryMode())) {
            commands.count(FireOutcome.DROPPED_NO_TARGET);
        } else {
            send(command);
        }
    }

    private void send(InterruptCommand command) {
        switch (command.shorthand()) {
            case SELF -> commands.count(requests.accept(command.vector()));
            case ALL_INCLUDING_SELF -> sendAll(command.vector(), true);
            case ALL_EXCLUDING_SELF -> sendAll(command.vector(), false);
            case NONE -> {
                if (command.logical()) {
                    commands.count(FireOutcome.DROPPED_NO_TARGET);
                } else if (command.destination() == ApicBus.EVERYONE) {
                    sendAll(command.vector(), true);
                } else {
                    commands.count(bus.send(command.destination(), command.vector()));
                }
            }
        }
    }

    private void sendAll(int vector, boolean includingSelf) {
        for (int target = 0; target < bus.cpus(); target++) {
            if (includingSelf || target != cpu) {
                commands.count(bus.send(target, vector));
            }
        }
    }

    /** Outcomes of the interrupts sent through this APIC's command register. */
    public FireCounts commands() {
        return commands;
    }

    /** What became of the requests latched here. */
    public ApicCounts counts() {
        return own.counts(requests.count());
    }
}
