package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.sched.VectorDispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The machine's interrupts: which line or system handler each CPU's vectors belong to.
 *
 * <p><b>Threads.</b> Filled before the machine starts; then read by the holders.
 *
 * @see "Linux arch/x86/kernel/irq.c, common_interrupt; arch/x86/kernel/apic/vector.c"
 */
public final class IrqTable implements VectorDispatch {
    private static final int VECTORS = 256;

    private final Smp smp;
    private final IrqDescriptor[][] lines;
    private final int[] nextVector;
    private final SystemVectorHandler[] systemHandlers = new SystemVectorHandler[VECTORS];
    private final Tracepoint[] systemEntries = new Tracepoint[VECTORS];
    private final Tracepoint[] systemExits = new Tracepoint[VECTORS];
    private final List<IrqDescriptor> descriptors = new ArrayList<>();
    private final long[] stray;

    public IrqTable(Smp smp) {
        this.smp = smp;
        lines = new IrqDescriptor[smp.count()][VECTORS];
        nextVector = new int[smp.count()];
        Arrays.fill(nextVector, smp.controller().vectors().firstDevice());
        stray = new long[smp.count()];
    }

    /** Sets what a system vector does, with the events that show it, or null for none. */
    public void setSystemHandler(
            int vector, SystemVectorHandler handler, Tracepoint entry, Tracepoint exit) {
        systemHandlers[vector] = handler;
        systemEntries[vector] = entry;
        systemExits[vector] = exit;
    }

    /**
     * Allocates a vector of {@code cpu} for an entry of a device's MSI-X table and programs it,
     * masked.
     *
     * @throws IllegalStateException when the CPU has no vector left
     */
    public IrqDescriptor allocate(int irq, MsixTable table, int entry, int cpu) {
        var vectors = smp.controller().vectors();
        int vector = nextVector[cpu];
        while (vector <= vectors.lastDevice() && !vectors.allocatable(vector)) {
            vector++;
        }
        if (vector > vectors.lastDevice()) {
            throw new IllegalStateException("no vector left on cpu=" + cpu + " for irq=" + irq);
        }
        nextVector[cpu] = vector + 1;
        var descriptor = new IrqDescriptor(irq, new MsixChip(table, entry), smp.count());
        lines[cpu][vector] = descriptor;
        descriptors.add(descriptor);
        table.program(
                entry,
                new MsiMessage(
                        smp.controller().messageAddress(cpu, vector),
                        smp.controller().messageData(cpu, vector)));
        return descriptor;
    }

    /** Puts a handler without a thread on a line and unmasks it. Before the machine starts. */
    public IrqAction request(IrqDescriptor line, String name, int nameId, IrqHandler topHalf) {
        return bind(line, new IrqAction(name, nameId, topHalf, null));
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
        var thread = new IrqThread(line, threadFunction, cpu, name, pid, policy);
        return bind(line, new IrqAction(name, nameId, topHalf, thread));
    }

    private static IrqAction bind(IrqDescriptor line, IrqAction action) {
        if (line.action() != null) {
            throw new IllegalArgumentException(
                    "irq=" + line.irq() + " has a handler already: " + line.action().name());
        }
        line.setAction(action);
        line.chip().unmask();
        return action;
    }

    @Override
    @HotPath
    public void dispatch(KernelCpu cpu, int vector) {
        IrqDescriptor line = lines[cpu.id()][vector];
        if (line != null) {
            line.handleEdge(cpu);
            return;
        }
        if (vector == cpu.hw().port().spuriousVector()) {
            stray[cpu.id()]++;
            return;
        }
        cpu.hw().port().endOfInterrupt();
        SystemVectorHandler handler = systemHandlers[vector];
        if (handler == null) {
            stray[cpu.id()]++;
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

    public List<IrqDescriptor> descriptors() {
        return List.copyOf(descriptors);
    }

    /** Returns how many vectors arrived on {@code cpu} that belong to nobody. */
    public long stray(int cpu) {
        return stray[cpu];
    }
}
