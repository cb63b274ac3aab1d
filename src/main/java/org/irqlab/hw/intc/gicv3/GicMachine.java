package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.MessageSink;
import org.irqlab.hw.intc.MessageTranslator;
import org.irqlab.hw.intc.gicv3.its.GuestPages;
import org.irqlab.hw.intc.gicv3.its.Its;
import org.irqlab.hw.intc.gicv3.its.ItsSpec;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All of an arm64 machine's interrupt controller: the GIC of its CPUs, and a translation service
 * for its PCI devices, in the state in which Linux leaves them.
 *
 * <p>SIMPLIFIED: what a PCI device writes to the distributor goes nowhere; its messages reach the
 * translation service only.
 *
 * <p><b>Threads.</b> Any.
 */
public final class GicMachine implements InterruptController {
    /** Where QEMU's virt board has its translation service. */
    private static final long ITS_ADDRESS = 0x0808_0000L;

    private static final long MEMORY = 0x4000_0000L;
    private static final int PAGE_BYTES = 0x1000;

    /** Of a DeviceID, which is a PCI requester id, and of an EventID. */
    private static final int ID_BITS = 16;

    private final GicController gic;
    private final Its its;
    private final ItsDriver driver;

    private GicMachine(GicController gic, Its its, ItsDriver driver) {
        this.gic = gic;
        this.its = its;
        this.driver = driver;
    }

    /** A machine of default settings. */
    public static GicMachine asLinuxLeavesIt(List<? extends CpuKick> kicks) {
        return asLinuxLeavesIt(kicks, GicSettings.DEFAULT, new GuestErrorCounts());
    }

    /**
     * A machine with as many CPUs as {@code kicks}.
     *
     * @param errors hears what guests and devices do against the rules
     */
    public static GicMachine asLinuxLeavesIt(
            List<? extends CpuKick> kicks, GicSettings settings, GuestErrorSink errors) {
        if (settings.lpis() == 0) {
            throw new IllegalArgumentException("lpis=0: nothing to translate messages to");
        }
        long properties = MEMORY + ItsDriver.QUEUE_BYTES;
        int propertyBytes = Math.ceilDiv(settings.lpis(), PAGE_BYTES) * PAGE_BYTES;
        var memory = new GuestPages(MEMORY, ItsDriver.QUEUE_BYTES + propertyBytes);
        var table = new LpiProperties(memory, properties, settings.lpis());
        var gic = GicController.asLinuxLeavesIt(kicks, settings, table, errors);
        var spec = new ItsSpec(ITS_ADDRESS, ID_BITS, ID_BITS, settings.intidBits());
        var redistributors = IntStream.range(0, gic.cpus()).mapToObj(gic::redistributor).toList();
        var its = new Its(spec, redistributors, memory, errors);
        long tables = properties + propertyBytes;
        return new GicMachine(
                gic, its, new ItsDriver(spec, its, memory, table, gic, MEMORY, tables));
    }

    /** The distributor, redistributors and CPU interfaces. */
    public GicController gic() {
        return gic;
    }

    /** The translation service. */
    public Its its() {
        return its;
    }

    @Override
    public int cpus() {
        return gic.cpus();
    }

    @Override
    public GicCpuInterface port(int cpu) {
        return gic.port(cpu);
    }

    @Override
    @HotPath
    public FireOutcome sendIpi(int cpu, int vector) {
        return gic.sendIpi(cpu, vector);
    }

    /** As {@link GicController#message}: of devices that are not on the PCI bus. */
    @Override
    @HotPath
    public FireOutcome message(long address, int data) {
        return gic.message(address, data);
    }

    @Override
    public Arm64Vectors vectors() {
        return gic.vectors();
    }

    @Override
    public long messageAddress(int cpu, int vector) {
        return gic.messageAddress(cpu, vector);
    }

    @Override
    public int messageData(int cpu, int vector) {
        return gic.messageData(cpu, vector);
    }

    @Override
    public MessageSink requester(int requesterId) {
        return its.device(requesterId);
    }

    @Override
    public Optional<MessageTranslator> translator() {
        return Optional.of(driver);
    }
}
