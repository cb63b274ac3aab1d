package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which lines the hardware numbers of one controller belong to; stacked on the domain that its
 * interrupts go through next.
 *
 * <p><b>Threads.</b> {@link #find} and {@link #handle}: any holder. Mapping: tasks, or the thread
 * that furnishes the machine.
 *
 * @see "Linux Documentation/core-api/irq/irq-domain.rst; kernel/irq/irqdomain.c"
 */
public final class IrqDomain {
    private final String name;
    private final IrqCore core;
    private final IrqDomain parent;
    private final Operations operations;
    // Any thread: hardware numbers below its length; the others in the map.
    private final AtomicReferenceArray<IrqDescriptor> linear;
    private final Map<Long, IrqDescriptor> others = new ConcurrentHashMap<>();

    /**
     * Makes a domain without lines.
     *
     * @param parent the domain below, or null
     * @param linear how many hardware numbers, from 0 on, are found by index
     */
    public IrqDomain(
            String name, IrqCore core, IrqDomain parent, int linear, Operations operations) {
        this.name = name;
        this.core = core;
        this.parent = parent;
        this.operations = operations;
        this.linear = new AtomicReferenceArray<>(linear);
    }

    public String name() {
        return name;
    }

    /** Returns the domain below, or null. */
    public IrqDomain parent() {
        return parent;
    }

    /** Returns the line of a hardware number, or null. */
    public IrqDescriptor find(long hwirq) {
        return hwirq >= 0 && hwirq < linear.length()
                ? linear.getAcquire((int) hwirq)
                : others.get(hwirq);
    }

    /**
     * The controller has delivered {@code hwirq}. Hardirq context.
     *
     * @return whether it belongs to a line
     */
    public boolean handle(long hwirq, KernelCpu cpu) {
        IrqDescriptor line = find(hwirq);
        if (line == null) {
            return false;
        }
        line.handle(cpu);
        return true;
    }

    /**
     * Gives a hardware number the line {@code irq}, in this domain and in all below, or returns the
     * one that it has.
     */
    public Mapping map(int irq, long hwirq, KernelCpu cpu) {
        return map(irq, hwirq, LineWish.ANY_CPU, cpu);
    }

    /** As above, for a line that goes to certain CPUs from the start. */
    public Mapping map(int irq, long hwirq, LineWish wish, KernelCpu cpu) {
        IrqDescriptor known = find(hwirq);
        if (known != null) {
            return new Mapping(IrqResult.OK, known);
        }
        IrqDescriptor line = core.newLine(irq);
        line.managed = wish.managed();
        if (wish.mask() != null) {
            line.affinity = wish.mask();
        }
        IrqBinding top = bind(line, hwirq);
        IrqResult result = allocate(top, cpu);
        if (!result.ok()) {
            core.forget(line);
            return new Mapping(result, null);
        }
        line.wire(top, operations.flow(hwirq));
        enter(top, line);
        return new Mapping(IrqResult.OK, line);
    }

    private IrqBinding bind(IrqDescriptor line, long hwirq) {
        IrqBinding below =
                parent == null ? null : parent.bind(line, operations.parentHwirq(hwirq, line));
        return new IrqBinding(this, line, hwirq, operations.chip(hwirq), below);
    }

    /** From the lowest domain up; undoes what it did if one refuses. */
    private static IrqResult allocate(IrqBinding binding, KernelCpu cpu) {
        if (binding == null) {
            return IrqResult.OK;
        }
        IrqResult result = allocate(binding.parent(), cpu);
        if (result.ok()) {
            result = binding.domain().operations.allocate(binding, cpu);
            if (!result.ok()) {
                release(binding.parent(), cpu);
            }
        }
        return result;
    }

    private static void release(IrqBinding top, KernelCpu cpu) {
        for (IrqBinding at = top; at != null; at = at.parent()) {
            at.domain().operations.release(at, cpu);
        }
    }

    private static void enter(IrqBinding top, IrqDescriptor line) {
        for (IrqBinding at = top; at != null; at = at.parent()) {
            at.domain().put(at.hwirq(), line);
        }
    }

    private void put(long hwirq, IrqDescriptor line) {
        if (hwirq >= 0 && hwirq < linear.length()) {
            linear.setRelease((int) hwirq, line);
        } else if (line == null) {
            others.remove(hwirq);
        } else {
            others.put(hwirq, line);
        }
    }

    /** Gives up the line of a hardware number; nobody may have requested it. */
    public void unmap(long hwirq, KernelCpu cpu) {
        IrqDescriptor line = find(hwirq);
        if (line == null) {
            return;
        }
        if (line.actions != null) {
            throw new IllegalArgumentException(
                    "irq=" + line.irq() + " still has a handler: " + line.actions.name());
        }
        release(line.binding, cpu);
        for (IrqBinding at = line.binding; at != null; at = at.parent()) {
            at.domain().put(at.hwirq(), null);
        }
        core.forget(line);
    }

    /** Gets what a line needs to interrupt, from the lowest domain up. With the line's lock. */
    static IrqResult activate(IrqBinding binding, KernelCpu cpu) {
        if (binding == null || binding.domain() == null) {
            return IrqResult.OK;
        }
        IrqResult result = activate(binding.parent(), cpu);
        if (result.ok()) {
            result = binding.domain().operations.activate(binding, cpu);
            if (!result.ok()) {
                deactivate(binding.parent(), cpu);
            }
        }
        return result;
    }

    static void deactivate(IrqBinding top, KernelCpu cpu) {
        for (IrqBinding at = top; at != null && at.domain() != null; at = at.parent()) {
            at.domain().operations.deactivate(at, cpu);
        }
    }

    /**
     * What became of a mapping.
     *
     * @param line null unless {@code result} is OK
     */
    public record Mapping(IrqResult result, IrqDescriptor line) {}

    /** What the controller behind a domain does for its lines. */
    public interface Operations {
        IrqChip chip(long hwirq);

        /** Of a line whose uppermost domain this is. */
        FlowHandler flow(long hwirq);

        /** Returns the hardware number that the line has in the domain below. */
        default long parentHwirq(long hwirq, IrqDescriptor line) {
            return hwirq;
        }

        default IrqResult allocate(IrqBinding line, KernelCpu cpu) {
            return IrqResult.OK;
        }

        default void release(IrqBinding line, KernelCpu cpu) {}

        default IrqResult activate(IrqBinding line, KernelCpu cpu) {
            return IrqResult.OK;
        }

        default void deactivate(IrqBinding line, KernelCpu cpu) {}
    }
}
