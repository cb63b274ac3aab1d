package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.SystemVectors;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.irq.line.LineAffinity;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.Tasklet;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Set;

/**
 * The vectors of all CPUs, and the lines that have them: the domain below those whose controllers
 * send messages to local APICs.
 *
 * <p>A line that moves keeps its vector on the old CPU until its first interrupt on the new one;
 * then the old CPU gives it back, not before the last request has been taken there.
 *
 * <p><b>Threads.</b> Any holder; the assignments are guarded by the vector lock, which is taken
 * inside a line's lock.
 *
 * <p>SIMPLIFIED: the clean-up that Linux does from a timer of the old CPU is a tasklet there.
 *
 * @see "Linux arch/x86/kernel/apic/vector.c"
 */
final class VectorDomain implements IrqDomain.Operations, IrqChip, MessageParent {
    private static final Set<IrqChipFlag> FLAGS = Set.of(IrqChipFlag.SINGLE_TARGET);
    private static final Set<IrqChipFlag> DEVICE_FLAGS =
            Set.of(IrqChipFlag.ONESHOT_SAFE, IrqChipFlag.SINGLE_TARGET);

    private final IrqCore core;
    private final VectorTable table;
    private final VectorMatrix matrix;
    private final RawSpinLock lock = new RawSpinLock();

    // By CPU: assignments whose old vector there is to be given back; guarded by lock.
    private final Deque<VectorAssignment>[] cleanups;
    private final Tasklet[] cleaners;

    @SuppressWarnings({"unchecked", "rawtypes"})
    VectorDomain(IrqCore core, VectorTable table, SystemVectors vectors) {
        this.core = core;
        this.table = table;
        int cpus = core.smp().count();
        var usable = new BitSet();
        for (int v = vectors.firstDevice(); v <= vectors.lastDevice(); v++) {
            usable.set(v, vectors.allocatable(v));
        }
        matrix = new VectorMatrix(cpus, usable);
        cleanups = new Deque[cpus];
        cleaners = new Tasklet[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            cleanups[cpu] = new ArrayDeque<>();
            cleaners[cpu] = new Tasklet(this::cleanUp, 2, 0);
        }
    }

    VectorMatrix matrix() {
        return matrix;
    }

    static VectorAssignment of(IrqBinding line) {
        return (VectorAssignment) line.state();
    }

    // The domain.

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.EDGE;
    }

    @Override
    public IrqResult allocate(IrqBinding line, KernelCpu cpu) {
        var assignment = new VectorAssignment(line.descriptor(), line.descriptor().isManaged());
        line.setState(assignment);
        lock.lock(cpu.id());
        boolean done = true;
        if (assignment.managed) {
            done = matrix.reserveManaged(line.descriptor().affinity());
        } else {
            matrix.reserve();
        }
        lock.unlock(cpu.id());
        return done ? IrqResult.OK : IrqResult.ENOSPC;
    }

    @Override
    public void release(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = of(line);
        lock.lock(cpu.id());
        boolean reserved = !assignment.managed && assignment.vector == VectorAssignment.NO_VECTOR;
        if (assignment.vector != VectorAssignment.NO_VECTOR) {
            giveBack(assignment);
        }
        if (assignment.managed) {
            matrix.removeManaged(line.descriptor().affinity());
        } else if (reserved) {
            matrix.removeReserved();
        }
        lock.unlock(cpu.id());
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        CpuMask wanted = line.descriptor().affinity().and(core.online());
        lock.lock(cpu.id());
        IrqResult result = assign(of(line), wanted, true);
        if (result == IrqResult.ENOSPC && !of(line).managed) {
            result = assign(of(line), core.online(), true);
        }
        lock.unlock(cpu.id());
        report(line, result);
        return result;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = of(line);
        lock.lock(cpu.id());
        if (assignment.vector != VectorAssignment.NO_VECTOR) {
            giveBack(assignment);
            if (!assignment.managed) {
                matrix.reserve();
            }
        }
        lock.unlock(cpu.id());
        line.setEffective(CpuMask.NONE);
    }

    // Assignments; the vector lock is held.

    private IrqResult assign(VectorAssignment assignment, CpuMask mask, boolean reserved) {
        boolean stays =
                assignment.vector != VectorAssignment.NO_VECTOR
                        && matrix.isOnline(assignment.cpu)
                        && mask.contains(assignment.cpu);
        if (stays) {
            return IrqResult.OK;
        }
        if (mask.isEmpty()) {
            return IrqResult.EINVAL;
        }
        if (assignment.moveInProgress || assignment.cleaning) {
            return IrqResult.EBUSY;
        }
        VectorMatrix.Slot slot =
                assignment.managed ? matrix.allocateManaged(mask) : matrix.allocate(mask, reserved);
        if (!slot.found()) {
            return IrqResult.ENOSPC;
        }
        leaveOld(assignment);
        assignment.cpu = slot.cpu();
        assignment.vector = slot.vector();
        table.set(slot.cpu(), slot.vector(), assignment.line);
        return IrqResult.OK;
    }

    private void leaveOld(VectorAssignment assignment) {
        if (assignment.vector == VectorAssignment.NO_VECTOR) {
            return;
        }
        if (matrix.isOnline(assignment.cpu)) {
            assignment.previousCpu = assignment.cpu;
            assignment.previousVector = assignment.vector;
            assignment.moveInProgress = true;
        } else {
            // The CPU that goes down looks at its requests itself, and clears its table then.
            matrix.free(assignment.cpu, assignment.vector, assignment.managed);
        }
    }

    private void giveBack(VectorAssignment assignment) {
        table.shutDown(assignment.cpu, assignment.vector);
        matrix.free(assignment.cpu, assignment.vector, assignment.managed);
        assignment.vector = VectorAssignment.NO_VECTOR;
        if (assignment.previousVector != VectorAssignment.NO_VECTOR) {
            freePrevious(assignment);
        }
    }

    private void freePrevious(VectorAssignment assignment) {
        table.shutDown(assignment.previousCpu, assignment.previousVector);
        matrix.free(assignment.previousCpu, assignment.previousVector, assignment.managed);
        cleanups[assignment.previousCpu].remove(assignment);
        assignment.previousVector = VectorAssignment.NO_VECTOR;
        assignment.moveInProgress = false;
        assignment.cleaning = false;
    }

    private static void report(IrqBinding line, IrqResult result) {
        if (result.ok()) {
            line.setEffective(CpuMask.of(of(line).cpu));
        }
    }

    // The chip.

    @Override
    public String name() {
        return "APIC";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return FLAGS;
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {}

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {}

    /** The first interrupt on the new CPU ends a move; the last wish is done now. */
    @Override
    @HotPath
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        completeMove(line, cpu);
        LineAffinity.move(line.descriptor(), cpu);
        cpu.hw().port().endOfInterrupt();
    }

    /** The line's interrupt has come to {@code cpu}: if it is the new one, the move is over. */
    @HotPath
    void completeMove(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = of(line);
        if (assignment.moveInProgress && assignment.cpu == cpu.id()) {
            scheduleCleanUp(assignment, cpu);
        }
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return of(line).retrigger(core.smp().controller());
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        lock.lock(cpu.id());
        IrqResult result = assign(of(line), mask, false);
        lock.unlock(cpu.id());
        report(line, result);
        return result;
    }

    @Override
    public MsiMessage message(IrqBinding line) {
        VectorAssignment assignment = of(line);
        return message(assignment.cpu, assignment.vector);
    }

    MsiMessage message(int cpu, int vector) {
        var controller = core.smp().controller();
        return new MsiMessage(
                controller.messageAddress(cpu, vector), controller.messageData(cpu, vector));
    }

    /** A vector may come here that belongs to a line which has just been moved away. */
    void expectOn(KernelCpu cpu, int vector) {
        lock.lock(cpu.id());
        if (table.line(cpu.id(), vector) == null) {
            table.shutDown(cpu.id(), vector);
        }
        lock.unlock(cpu.id());
    }

    VectorTable table() {
        return table;
    }

    VectorMatrix.Slot allocateBlock(CpuMask mask, int count, KernelCpu cpu) {
        lock.lock(cpu.id());
        VectorMatrix.Slot first = matrix.allocateBlock(mask, count);
        lock.unlock(cpu.id());
        return first;
    }

    void freeBlock(VectorMatrix.Slot first, int count, KernelCpu cpu) {
        lock.lock(cpu.id());
        for (int vector = first.vector(); vector < first.vector() + count; vector++) {
            matrix.free(first.cpu(), vector, false);
        }
        lock.unlock(cpu.id());
    }

    /** A vector belongs to a line, not to a device: here, the line's number stands for it. */
    @Override
    public long hwirq(int entry, IrqDescriptor line) {
        return line.irq();
    }

    @Override
    public Set<IrqChipFlag> deviceFlags() {
        return DEVICE_FLAGS;
    }

    private void scheduleCleanUp(VectorAssignment assignment, KernelCpu cpu) {
        lock.lock(cpu.id());
        assignment.moveInProgress = false;
        assignment.cleaning = true;
        int old = assignment.previousCpu;
        cleanups[old].add(assignment);
        lock.unlock(cpu.id());
        core.host().call(old, this::beginCleanUp, cpu);
    }

    /** On the old CPU, in its interrupt: the clean-up proper waits until interrupts are on. */
    private void beginCleanUp(KernelCpu cpu) {
        core.host().schedule(cleaners[cpu.id()], cpu);
    }

    /** Gives back the old vectors of this CPU whose last request has been taken. Softirq. */
    private void cleanUp(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        boolean more = false;
        for (VectorAssignment assignment : cleanups[cpu.id()].toArray(VectorAssignment[]::new)) {
            if (cpu.hw().port().requested(assignment.previousVector)) {
                more = true;
            } else {
                freePrevious(assignment);
            }
        }
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        if (more) {
            core.host().schedule(cleaners[cpu.id()], cpu);
        }
    }

    /**
     * The CPU {@code cpu} goes down, interrupts off: the old vector must not wait for a first
     * interrupt on the new CPU. A request that is still latched here is sent there.
     */
    @Override
    public void forceCompleteMove(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = of(line);
        lock.lock(cpu.id());
        boolean resend = false;
        boolean here =
                assignment.previousVector != VectorAssignment.NO_VECTOR
                        && (assignment.previousCpu == cpu.id() || assignment.cpu == cpu.id());
        if (here) {
            // Another CPU cannot be looked into: what it has latched, or just taken, finds no line.
            resend =
                    assignment.previousCpu != cpu.id()
                            || cpu.hw().port().requested(assignment.previousVector);
            freePrevious(assignment);
        }
        lock.unlock(cpu.id());
        if (resend) {
            retrigger(line, cpu);
        }
    }

    void offline(KernelCpu cpu) {
        lock.lock(cpu.id());
        matrix.offline(cpu.id());
        lock.unlock(cpu.id());
    }

    void online(KernelCpu cpu) {
        lock.lock(cpu.id());
        matrix.online(cpu.id());
        lock.unlock(cpu.id());
    }
}
