package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.pci.MsiCapability;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
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
 * <p><b>Threads.</b> System handlers are set before the machine starts; lines come and go.
 *
 * @see "Linux arch/x86/kernel/irq.c, common_interrupt; arch/x86/kernel/apic/vector.c"
 */
public final class IrqTable implements VectorDispatch {
    private final Smp smp;
    private final IrqCore core;
    private final VectorTable table;
    private final VectorDomain vectors;
    private final IrqDomain vectorDomain;
    private final IrqHotplug hotplug;
    private final Map<MsixTable, IrqDomain> deviceDomains = new IdentityHashMap<>();
    private final SystemVectorHandler[] systemHandlers =
            new SystemVectorHandler[VectorTable.VECTORS];
    private final Tracepoint[] systemEntries = new Tracepoint[VectorTable.VECTORS];
    private final Tracepoint[] systemExits = new Tracepoint[VectorTable.VECTORS];
    private final long[] stray;

    public IrqTable(Smp smp, IrqSettings settings) {
        this.smp = smp;
        core = new IrqCore(smp, settings);
        table = new VectorTable(smp.count());
        vectors = new VectorDomain(core, table, smp.controller().vectors());
        vectorDomain = new IrqDomain("VECTOR", core, null, 0, vectors);
        hotplug = new IrqHotplug(core, vectors, table);
        stray = new long[smp.count()];
    }

    /** Returns what all lines of the machine share. */
    public IrqCore core() {
        return core;
    }

    /** Sets what a system vector does, with the events that show it, or null for none. */
    public void setSystemHandler(
            int vector, SystemVectorHandler handler, Tracepoint entry, Tracepoint exit) {
        systemHandlers[vector] = handler;
        systemEntries[vector] = entry;
        systemExits[vector] = exit;
    }

    /** Returns the domain of a device's MSI-X vectors, above the domain of the CPUs' vectors. */
    public IrqDomain domain(MsixTable device) {
        synchronized (deviceDomains) {
            return deviceDomains.computeIfAbsent(
                    device,
                    key ->
                            new IrqDomain(
                                    "PCI-MSIX",
                                    core,
                                    vectorDomain,
                                    key.vectors(),
                                    new MsixChip(key, vectors)));
        }
    }

    /** Makes the domain of a controller's wired inputs; once for each controller of the machine. */
    public WiredDomain newDomain(WiredInputs inputs) {
        return inputs.vectored()
                ? WiredDomain.above(vectorDomain, vectors, inputs, core)
                : WiredDomain.root(inputs, core);
    }

    /**
     * Makes the domain of a function's MSI vectors, none of which is allocated yet; once for each
     * function. On machines whose CPUs have vectors.
     */
    public MsiDomain newDomain(PciConfigSpace config, MsiCapability capability) {
        return new MsiDomain(core, vectorDomain, vectors, new MsiFunction(config, capability));
    }

    /**
     * Allocates a vector of {@code cpu} for an entry of a device's MSI-X table and programs it,
     * masked. Before the machine starts.
     *
     * @throws IllegalStateException when the CPU has no vector left
     */
    public IrqDescriptor allocate(int irq, MsixTable device, int entry, int cpu) {
        if (vectors.matrix().available(cpu) == 0) {
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

    @Override
    @HotPath
    public void dispatch(KernelCpu cpu, int vector) {
        IrqDescriptor line = table.line(cpu.id(), vector);
        if (line != null) {
            line.handle(cpu);
            return;
        }
        if (vector == cpu.hw().port().spuriousVector()) {
            stray[cpu.id()]++;
            return;
        }
        cpu.hw().port().endOfInterrupt();
        SystemVectorHandler handler = systemHandlers[vector];
        if (handler == null) {
            stray[cpu.id()] += table.expected(cpu.id(), vector) ? 0 : 1;
            return;
        }
        if (systemEntries[vector] == null) {
            handler.handle(cpu);
            return;
        }
        handler.arrives(cpu);
        cpu.trace(systemEntries[vector], vector, 0, 0);
        handler.handle(cpu);
        cpu.trace(systemExits[vector], vector, 0, 0);
    }

    /**
     * User space wants a line on other CPUs.
     *
     * @return EIO if the kernel keeps the line where it is, EINVAL if no CPU of the mask is online
     */
    public IrqResult setAffinity(IrqDescriptor line, CpuMask mask, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        IrqResult result =
                line.managed || line.noBalancing || line.perCpu
                        ? IrqResult.EIO
                        : LineAffinity.set(line, mask, cpu);
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return result;
    }

    /** {@code cpu}, whose holder calls with interrupts off, takes no more interrupts of lines. */
    public void cpuGoesDown(KernelCpu cpu) {
        hotplug.goesDown(cpu);
    }

    /** {@code cpu}, whose holder calls, takes interrupts of lines again. */
    public void cpuComesUp(KernelCpu cpu) {
        hotplug.comesUp(cpu);
    }

    /** Returns which vectors are taken; for displays and tests. */
    public VectorMatrix vectors() {
        return vectors.matrix();
    }

    /** Holds vectors and lines against each other. The machine is quiet. */
    void checkVectors() {
        vectors.checkConsistent();
    }

    public List<IrqDescriptor> descriptors() {
        return core.lines();
    }

    /** Returns how many vectors arrived on {@code cpu} that belong to nobody. */
    public long stray(int cpu) {
        return stray[cpu];
    }
}
