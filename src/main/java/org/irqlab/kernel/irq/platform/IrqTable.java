package org.irqlab.kernel.irq.platform;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.pci.MsiCapability;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.irq.SystemVectorHandler;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.IrqAction;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.irq.line.IrqHotplug;
import org.irqlab.kernel.irq.line.IrqRequests;
import org.irqlab.kernel.irq.line.LineAffinity;
import org.irqlab.kernel.irq.line.LineSwitch;
import org.irqlab.kernel.irq.line.RequestOutcome;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.sched.VectorDispatch;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine's interrupts: which line or system handler each CPU's vectors belong to.
 *
 * <p>A vector is what the controller calls an interrupt that a CPU takes: on arm64 an INTID.
 *
 * <p><b>Threads.</b> System handlers are set before the machine starts; lines come and go.
 */
public final class IrqTable {
    private final Smp smp;
    private final IrqCore core;
    private final SystemHandlers systemHandlers;
    private final PlatformInterrupts platform;
    private final IrqHotplug hotplug;
    private final Map<MsixTable, IrqDomain> deviceDomains = new IdentityHashMap<>();

    /** A table for the platform that the machine's controller belongs to. */
    public IrqTable(Smp smp, IrqSettings settings) {
        this.smp = smp;
        core = new IrqCore(smp, settings);
        systemHandlers = new SystemHandlers(smp.count());
        platform =
                smp.controller()
                        .translator()
                        .<PlatformInterrupts>map(t -> new LpiInterrupts(core, systemHandlers, t))
                        .orElseGet(() -> new VectorInterrupts(core, systemHandlers));
        hotplug = new IrqHotplug(core, platform);
    }

    /** Returns what takes the interrupts of all CPUs. */
    public VectorDispatch dispatch() {
        return platform;
    }

    /** Returns what all lines of the machine share. */
    public IrqCore core() {
        return core;
    }

    /** Sets what a system vector does, with the events that show it, or null for none. */
    public void setSystemHandler(
            int vector, SystemVectorHandler handler, Tracepoint entry, Tracepoint exit) {
        systemHandlers.set(vector, handler, entry, exit);
    }

    /** Returns the domain of a device's MSI-X vectors, above the platform's own. */
    public IrqDomain domain(MsixTable device) {
        synchronized (deviceDomains) {
            return deviceDomains.computeIfAbsent(
                    device, key -> platform.newDomain(key, smp.cpu(0)));
        }
    }

    /** Makes the domain of a controller's wired inputs; once for each controller of the machine. */
    public WiredDomain newDomain(WiredInputs inputs) {
        return platform.newDomain(inputs);
    }

    /**
     * Makes the domain of a function's MSI vectors, none of which is allocated yet; once for each
     * function.
     *
     * @throws IllegalStateException on a machine whose CPUs have no vectors of their own
     */
    public MsiDomain newDomain(PciConfigSpace config, MsiCapability capability) {
        return platform.newDomain(new MsiFunction(config, capability));
    }

    /**
     * Allocates an interrupt of {@code cpu} for an entry of a device's MSI-X table and programs it,
     * masked. Before the machine starts.
     *
     * @throws IllegalStateException when the CPU has no vector left
     */
    public IrqDescriptor allocate(int irq, MsixTable device, int entry, int cpu) {
        if (!platform.hasRoom(cpu)) {
            throw new IllegalStateException("no vector left on cpu=" + cpu + " for irq=" + irq);
        }
        KernelCpu boot = smp.cpu(0);
        IrqDescriptor line = domain(device).map(irq, entry, LineWish.on(cpu), boot).line();
        LineSwitch.activate(line, boot);
        return line;
    }

    /**
     * Puts a handler without a thread on a line and unmasks it. Before the machine starts.
     *
     * @throws IllegalArgumentException if the line does not take it; {@link IrqRequests} is for
     *     drivers that want to know
     */
    public IrqAction request(IrqDescriptor line, String name, int nameId, IrqHandler topHalf) {
        return bind(line, IrqRequest.of(name, topHalf).withNameId(nameId), smp.cpu(0));
    }

    /**
     * Puts a threaded handler on a line and unmasks it; the thread starts asleep on {@code cpu}.
     *
     * @param pid of the interrupt thread
     */
    public IrqAction requestThreaded(
            IrqDescriptor line,
            String name,
            int nameId,
            IrqHandler topHalf,
            IrqHandler threadFunction,
            KernelCpu cpu,
            int pid) {
        return requestThreaded(
                line, name, nameId, topHalf, threadFunction, cpu, pid, TaskPolicy.FIFO_50);
    }

    /** As above, with a thread of another policy than Linux's own choice. */
    public IrqAction requestThreaded(
            IrqDescriptor line,
            String name,
            int nameId,
            IrqHandler topHalf,
            IrqHandler threadFunction,
            KernelCpu cpu,
            int pid,
            TaskPolicy policy) {
        var request =
                IrqRequest.of(name, topHalf)
                        .withNameId(nameId)
                        .withThread(threadFunction, pid, policy);
        return bind(line, request, cpu);
    }

    private static IrqAction bind(IrqDescriptor line, IrqRequest request, KernelCpu cpu) {
        IrqAction first = line.action();
        RequestOutcome outcome = IrqRequests.request(line, request, cpu);
        if (!outcome.ok()) {
            throw new IllegalArgumentException(
                    "irq="
                            + line.irq()
                            + (first == null
                                    ? " refuses " + request.name() + ": " + outcome.result()
                                    : " has a handler already: " + first.name()));
        }
        return outcome.action();
    }

    /**
     * User space wants a line on other CPUs.
     *
     * @return EIO if the kernel keeps the line where it is, EINVAL if no CPU of the mask is online
     */
    public IrqResult setAffinity(IrqDescriptor line, CpuMask mask, KernelCpu cpu) {
        return LineAffinity.setFromUserSpace(line, mask, cpu);
    }

    /** {@code cpu}, whose holder calls with interrupts off, takes no more interrupts of lines. */
    public void cpuGoesDown(KernelCpu cpu) {
        hotplug.goesDown(cpu);
    }

    /** {@code cpu}, whose holder calls, takes interrupts of lines again. */
    public void cpuComesUp(KernelCpu cpu) {
        hotplug.comesUp(cpu);
    }

    /**
     * Returns which vectors are taken; for displays and tests.
     *
     * @throws IllegalStateException on arm64, where CPUs have none of their own
     */
    public VectorMatrix vectors() {
        return platform.vectors();
    }

    /** Holds vectors and lines against each other. The machine is quiet. */
    void checkVectors() {
        platform.checkConsistent();
    }

    public List<IrqDescriptor> descriptors() {
        return core.lines();
    }

    /** Returns how many vectors arrived on {@code cpu} that belong to nobody. */
    public long stray(int cpu) {
        return systemHandlers.stray(cpu);
    }
}
