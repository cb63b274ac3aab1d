package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.InterruptController;

import java.util.List;

/**
 * The interrupt controller of an arm64 machine: a distributor, and for each CPU a {@link
 * Redistributor} and a {@link GicCpuInterface}.
 *
 * <p>It is powered on as the architecture says. {@link #asLinuxLeavesIt} leads to the state in
 * which Linux leaves it after setting it up.
 *
 * <p>SIMPLIFIED: one security state, no legacy (GICv2) operation, no virtual interrupts, no
 * extended PPI and SPI ranges, no NMI property.
 *
 * <p><b>Threads.</b> Any.
 *
 * @see "Arm IHI 0069, GIC architecture specification, version 3 and 4"
 */
public final class GicController implements InterruptController {
    /** Most CPUs, as on QEMU's virt board. */
    public static final int MAX_CPUS = 512;

    /** GICD_SETSPI_NSR, where a device writes an INTID to make that SPI pending. */
    static final int SETSPI_NSR = 0x40;

    /** GICD_CLRSPI_NSR, where it writes it to withdraw that. */
    static final int CLRSPI_NSR = 0x48;

    private static final int LINUX_PRIORITY_MASK = 0xf0;
    private static final int MESSAGE_INTID = 0x1fff;

    private final GicSettings settings;
    private final Distributor distributor;
    private final Redistributor[] redistributors;
    private final GicCpuInterface[] interfaces;
    private final Arm64Vectors vectors;

    /**
     * A powered-on machine with as many CPUs as {@code kicks}.
     *
     * @param configuration where redistributors read the configuration of LPIs
     * @param errors hears what guests and devices do against the rules
     */
    public GicController(
            List<? extends CpuKick> kicks,
            GicSettings settings,
            LpiConfigTable configuration,
            GuestErrorSink errors) {
        int cpus = kicks.size();
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new IllegalArgumentException("cpus=" + cpus + " not in 1..MAX_CPUS=" + MAX_CPUS);
        }
        this.settings = settings;
        vectors = new Arm64Vectors(settings.spis());
        var requests =
                kicks.stream()
                        .map(kick -> new CpuRequests(settings, kick))
                        .toArray(CpuRequests[]::new);
        redistributors = new Redistributor[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            redistributors[cpu] = new Redistributor(cpu, settings, requests, configuration, errors);
        }
        distributor =
                new Distributor(
                        InterruptBank.wired(IntIds.FIRST_SPI, settings.spis(), settings, requests),
                        new Affinities(cpus, settings.cluster()),
                        redistributors,
                        errors);
        interfaces = new GicCpuInterface[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            Redistributor own = redistributors[cpu];
            own.connect(distributor);
            interfaces[cpu] =
                    new GicCpuInterface(settings, distributor, own, requests[cpu], errors);
            interfaces[cpu].enableGroup(0, false);
            interfaces[cpu].enableGroup(1, false);
            own.setAsleep(true);
        }
    }

    /** A machine of default settings in the state in which Linux leaves it. */
    public static GicController asLinuxLeavesIt(List<? extends CpuKick> kicks) {
        return asLinuxLeavesIt(
                kicks, GicSettings.DEFAULT, LpiConfigTable.ALL_ENABLED, new GuestErrorCounts());
    }

    /**
     * A machine in the state in which Linux leaves it: everything in group 1 at one priority, SPIs
     * level-sensitive, disabled and routed to CPU 0, SGIs and the virtual timer's PPI enabled, LPIs
     * switched on, ends not split as in a guest.
     *
     * @see "Linux 6.12 drivers/irqchip/irq-gic-v3.c"
     */
    public static GicController asLinuxLeavesIt(
            List<? extends CpuKick> kicks,
            GicSettings settings,
            LpiConfigTable configuration,
            GuestErrorSink errors) {
        var machine = new GicController(kicks, settings, configuration, errors);
        machine.distributor.writeControl(Distributor.ENABLE_GROUP1);
        machine.setUp(machine.distributor.spis());
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            machine.setUp(cpu);
        }
        return machine;
    }

    private void setUp(int cpu) {
        Redistributor redistributor = redistributors[cpu];
        redistributor.setAsleep(false);
        setUp(redistributor.banked());
        for (int intid = 0; intid < IntIds.SGIS; intid++) {
            redistributor.enable(intid);
        }
        redistributor.enable(Arm64Vectors.VIRTUAL_TIMER);
        redistributor.enableLpis();
        interfaces[cpu].registers().pmr(LINUX_PRIORITY_MASK);
        interfaces[cpu].enableGroup(1, true);
    }

    private void setUp(InterruptBank bank) {
        for (int intid = bank.first(); intid < bank.first() + bank.count(); intid++) {
            bank.setPriority(intid, GicSettings.LINUX_PRIORITY);
            distributor.setGroup(bank, intid, 1);
        }
    }

    @Override
    public int cpus() {
        return interfaces.length;
    }

    @Override
    public GicCpuInterface port(int cpu) {
        return interfaces[cpu];
    }

    /** The distributor. */
    public Distributor distributor() {
        return distributor;
    }

    /** The redistributor of one CPU. */
    public Redistributor redistributor(int cpu) {
        return redistributors[cpu];
    }

    GicSettings settings() {
        return settings;
    }

    /**
     * Sends an SGI of group 1.
     *
     * @return also {@link FireOutcome#DROPPED_DISABLED} if the target has that SGI in group 0, and
     *     {@link FireOutcome#DROPPED_ILLEGAL_VECTOR} for anything but an SGI
     */
    @Override
    @HotPath
    public FireOutcome sendIpi(int cpu, int vector) {
        if (cpu < 0 || cpu >= interfaces.length) {
            return FireOutcome.DROPPED_NO_TARGET;
        }
        return IntIds.sgi(vector)
                ? distributor.sendSgi(cpu, vector, 1)
                : FireOutcome.DROPPED_ILLEGAL_VECTOR;
    }

    /**
     * Delivers a message: a write to GICD_SETSPI_NSR makes the SPI pending that {@code data} names.
     *
     * @return {@link FireOutcome#DROPPED_NO_TARGET} for any other address; also for
     *     GICD_CLRSPI_NSR, where a write withdraws a request and makes none
     */
    @Override
    @HotPath
    public FireOutcome message(long address, int data) {
        if (address == settings.distributorAddress() + SETSPI_NSR) {
            return distributor.setPending(data & MESSAGE_INTID);
        }
        if (address == settings.distributorAddress() + CLRSPI_NSR) {
            distributor.clearPending(data & MESSAGE_INTID);
        }
        return FireOutcome.DROPPED_NO_TARGET;
    }

    @Override
    public Arm64Vectors vectors() {
        return vectors;
    }

    /**
     * Address of GICD_SETSPI_NSR, whatever the CPU: an SPI goes where {@link Distributor#route} has
     * it go.
     */
    @Override
    public long messageAddress(int cpu, int vector) {
        if (cpu < 0 || cpu >= interfaces.length) {
            throw new IllegalArgumentException("cpu=" + cpu + " >= cpus=" + interfaces.length);
        }
        return settings.distributorAddress() + SETSPI_NSR;
    }

    @Override
    public int messageData(int cpu, int vector) {
        if (!vectors.allocatable(vector)) {
            throw new IllegalArgumentException(
                    "vector=" + vector + " not in 32.." + vectors.lastDevice());
        }
        return vector;
    }
}
