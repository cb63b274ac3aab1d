package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InterruptController;

import java.util.List;

/**
 * The interrupt controller of an x86 machine in xAPIC mode: one {@link LocalApic} per CPU, reached
 * by messages and inter-processor interrupts.
 *
 * <p>The local APICs start as Linux leaves them after setting them up: software-enabled, task
 * priority 0x10, spurious vector 0xff, timer unmasked on {@link X86Vectors#localTimer}. {@link
 * LocalApic#reset} leads to the architectural power-on state.
 *
 * <p><b>Threads.</b> Any.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Message Signalled
 *     Interrupts"
 */
public final class ApicController implements InterruptController {
    /** Most CPUs that 8-bit physical destinations reach: 0xff means everyone. */
    public static final int MAX_CPUS = ApicBus.EVERYONE;

    private static final long MESSAGE_WINDOW = 0xfee0_0000L;
    private static final long MESSAGE_WINDOW_MASK = 0xffff_ffff_fff0_0000L;
    private static final int LOGICAL_DESTINATION = 1 << 2;
    private static final int ENABLED_WITH_SPURIOUS = 1 << 8 | X86Vectors.SPURIOUS;
    private static final int ALL_BUT_EXCEPTION_VECTORS = 0x10;

    private final X86Vectors vectors = new X86Vectors();
    private final ApicBus bus;
    private final LocalApic[] apics;

    /** A machine with as many CPUs as {@code kicks}, whose devices all send messages. */
    public ApicController(List<? extends CpuKick> kicks) {
        this(kicks, EoiBroadcast.NONE);
    }

    /**
     * A machine with as many CPUs as {@code kicks}.
     *
     * @param eoiBroadcast hears the end of level-triggered interrupts
     */
    public ApicController(List<? extends CpuKick> kicks, EoiBroadcast eoiBroadcast) {
        int cpus = kicks.size();
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new IllegalArgumentException("cpus=" + cpus + " not in 1..MAX_CPUS=" + MAX_CPUS);
        }
        var requests = kicks.stream().map(RequestRegister::new).toArray(RequestRegister[]::new);
        bus = new ApicBus(requests);
        apics = new LocalApic[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            apics[cpu] = new LocalApic(cpu, bus, requests[cpu], eoiBroadcast);
            apics[cpu].writeSvr(ENABLED_WITH_SPURIOUS);
            apics[cpu].writeTpr(ALL_BUT_EXCEPTION_VECTORS);
            apics[cpu].writeLvtTimer(X86Vectors.LOCAL_TIMER);
        }
    }

    @Override
    public int cpus() {
        return apics.length;
    }

    @Override
    public LocalApic port(int cpu) {
        return apics[cpu];
    }

    @Override
    @HotPath
    public FireOutcome sendIpi(int cpu, int vector) {
        return bus.send(cpu, vector);
    }

    /**
     * Delivers a message: address 31:20 0xfee, destination 19:12, logical mode 2; data 7:0 vector,
     * delivery mode 10:8.
     *
     * <p>SIMPLIFIED: the redirection hint and the trigger bits are ignored, messages are edges.
     *
     * @return {@link FireOutcome#DROPPED_NO_TARGET} also for an address outside the window, a
     *     logical destination, and a delivery mode other than fixed and lowest priority
     */
    @Override
    @HotPath
    public FireOutcome message(long address, int data) {
        boolean taken =
                (address & MESSAGE_WINDOW_MASK) == MESSAGE_WINDOW
                        && (address & LOGICAL_DESTINATION) == 0
                        && ApicBus.requestsVector(data >> 8 & 7);
        if (!taken) {
            return FireOutcome.DROPPED_NO_TARGET;
        }
        return bus.sendPhysical((int) (address >> 12) & 0xff, data & 0xff);
    }

    @Override
    public X86Vectors vectors() {
        return vectors;
    }

    @Override
    public long messageAddress(int cpu, int vector) {
        if (cpu < 0 || cpu >= apics.length) {
            throw new IllegalArgumentException("cpu=" + cpu + " >= cpus=" + apics.length);
        }
        return MESSAGE_WINDOW | (long) cpu << 12;
    }

    @Override
    public int messageData(int cpu, int vector) {
        if (!Vectors.legal(vector)) {
            throw new IllegalArgumentException(
                    "vector=" + vector + " not in " + Vectors.LOWEST_LEGAL + "..255");
        }
        return vector;
    }
}
