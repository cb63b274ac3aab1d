package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.apic.pin.StormDamping;

import java.util.Arrays;
import java.util.List;

/**
 * The interrupt controller of an x86 machine: one {@link LocalApic} per CPU, reached by messages,
 * by the pins of {@link IoApic}s, and by inter-processor interrupts.
 *
 * <p>The local APICs start as Linux leaves them after setting them up: software-enabled, task
 * priority 0x10, spurious vector 0xff, timer unmasked on {@link X86Vectors#localTimer}. {@link
 * LocalApic#reset} leads to the architectural power-on state.
 *
 * <p>IMPDEF: ids above 255 stand in bits 63:40 of a message's address, as KVM has them without
 * interrupt remapping.
 *
 * <p><b>Threads.</b> Any; an I/O APIC is added before the machine runs.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Message Signalled
 *     Interrupts"
 */
public final class ApicController implements InterruptController {
    /** Most CPUs that 8-bit physical destinations reach: 0xff means everyone. */
    public static final int MAX_CPUS = InterruptCommand.EVERYONE_XAPIC;

    /** Most CPUs of a machine in x2APIC mode: as many as Linux can have. */
    public static final int MAX_X2APIC_CPUS = 8192;

    private static final long MESSAGE_WINDOW = 0xfee0_0000L;
    private static final long MESSAGE_WINDOW_MASK = 0xff_fff0_0000L;
    private static final int HIGH_ID_SHIFT = 40;
    private static final int LOGICAL_DESTINATION = 1 << 2;
    private static final int REDIRECTION_HINT = 1 << 3;
    private static final int DELIVERY_MODE = 7 << 8;
    private static final int MESSAGE_BITS = DELIVERY_MODE | 0xff | InterruptCommand.LEVEL;
    private static final int PIN_BITS = MESSAGE_BITS | InterruptCommand.LOGICAL;

    private final X86Vectors vectors = new X86Vectors();
    private final ApicBus bus;
    private final LocalApic[] apics;
    private final XapicRegisters registers = new XapicRegisters(this);
    private final GuestErrorSink errors;
    private EoiBroadcast[] listeners = {};

    /** A machine with as many CPUs as {@code kicks}, in xAPIC mode. */
    public ApicController(List<? extends CpuKick> kicks) {
        this(kicks, ApicOptions.DEFAULT);
    }

    /**
     * A machine with as many CPUs as {@code kicks}, in xAPIC mode.
     *
     * @param eoiBroadcast hears the end of level-triggered interrupts
     */
    public ApicController(List<? extends CpuKick> kicks, EoiBroadcast eoiBroadcast) {
        this(kicks, ApicOptions.DEFAULT);
        onLevelEnd(eoiBroadcast);
    }

    /** A machine with as many CPUs as {@code kicks}. */
    public ApicController(List<? extends CpuKick> kicks, ApicOptions options) {
        int cpus = kicks.size();
        boolean x2apic = options.mode() == ApicMode.X2APIC;
        int most = x2apic ? MAX_X2APIC_CPUS : MAX_CPUS;
        if (cpus < 1 || cpus > most) {
            String limit = x2apic ? "MAX_X2APIC_CPUS=" : "MAX_CPUS=";
            throw new IllegalArgumentException("cpus=" + cpus + " not in 1.." + limit + most);
        }
        var parts = ApicParts.of(kicks, options.mode());
        bus = parts.bus();
        errors = options.errors();
        apics = new LocalApic[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            apics[cpu] = new LocalApic(cpu, parts, this::ended, options);
            apics[cpu].setUp();
            apics[cpu].connect(new ApicMsrs(apics[cpu], registers));
        }
    }

    private void ended(int vector) {
        for (EoiBroadcast listener : listeners) {
            listener.ended(vector);
        }
    }

    /** Adds an I/O APIC, whose pins reach all CPUs and which hears of their ends of interrupt. */
    public IoApic addIoApic(StormDamping damping) {
        var ioApic = new IoApic((pin, entry) -> bus.send(command(entry)), damping, errors);
        onLevelEnd(ioApic);
        return ioApic;
    }

    /** Adds what hears the end of level-triggered interrupts; before the machine runs. */
    public void onLevelEnd(EoiBroadcast listener) {
        listeners = Arrays.copyOf(listeners, listeners.length + 1);
        listeners[listeners.length - 1] = listener;
    }

    private long command(long entry) {
        return InterruptCommand.of((int) entry & PIN_BITS, widened((int) (entry >>> 56)));
    }

    /** An 8-bit destination; 0xff is a CPU where there are as many. */
    private int widened(int destination) {
        return apics.length > MAX_CPUS ? destination : InterruptCommand.widened(destination);
    }

    @Override
    public int cpus() {
        return apics.length;
    }

    @Override
    public LocalApic port(int cpu) {
        return apics[cpu];
    }

    /** The memory-mapped registers, in which each CPU finds its own local APIC. */
    public XapicRegisters registers() {
        return registers;
    }

    /** The model-specific registers of one CPU's local APIC. */
    public ApicMsrs msrs(int cpu) {
        return apics[cpu].msrs();
    }

    @Override
    @HotPath
    public FireOutcome sendIpi(int cpu, int vector) {
        return bus.send(cpu, vector);
    }

    /**
     * Delivers a message: address 31:20 0xfee, destination 19:12 and 63:40, redirection hint 3,
     * logical mode 2; data 7:0 vector, delivery mode 10:8, assert 14, level-triggered 15. The hint
     * turns a fixed delivery to several CPUs into one of lowest priority; it needs a logical
     * destination.
     *
     * @return {@link FireOutcome#DROPPED_NO_TARGET} also for an address outside the window, a
     *     destination that no APIC matches, the reserved delivery mode, and a de-assertion
     */
    @Override
    @HotPath
    public FireOutcome message(long address, int data) {
        int levelBits = data & (InterruptCommand.LEVEL | InterruptCommand.ASSERT);
        if ((address & MESSAGE_WINDOW_MASK) != MESSAGE_WINDOW
                || levelBits == InterruptCommand.LEVEL) {
            return FireOutcome.DROPPED_NO_TARGET;
        }
        int low = data & MESSAGE_BITS;
        int id = (int) (address >>> 12) & 0xff;
        int highId = (int) (address >>> HIGH_ID_SHIFT) << Byte.SIZE;
        if ((address & LOGICAL_DESTINATION) != 0) {
            boolean one = (address & REDIRECTION_HINT) != 0 && (data & DELIVERY_MODE) == 0;
            low |= InterruptCommand.LOGICAL | (one ? InterruptCommand.LOWEST_PRIORITY << 8 : 0);
        }
        return bus.send(InterruptCommand.of(low, highId == 0 ? widened(id) : highId | id));
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
        return (long) (cpu >>> Byte.SIZE) << HIGH_ID_SHIFT | MESSAGE_WINDOW | (cpu & 0xff) << 12;
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
