package org.irqlab.kernel.irq.platform;

import org.agrona.BitUtil;
import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.MessageTranslator;
import org.irqlab.hw.intc.TranslatedEvent;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The LPIs of the machine, and the lines that have them: the domain below those of devices whose
 * messages a translation service takes.
 *
 * <p>An LPI is an edge without an active state: once acknowledged, it can pend again at once, and
 * after a move on another CPU while this one is still in its handler. The flow remembers that one,
 * and has it sent again.
 *
 * <p>A move is one command: the service takes what is pending along, nothing is masked, and the
 * device goes on sending the same message.
 *
 * <p><b>Threads.</b> Any holder, with the line's lock; the counts by CPU are guarded by a lock that
 * is taken inside it.
 *
 * <p>SIMPLIFIED: Linux's choice of a CPU also prefers those near the service; LPIs of a device are
 * never given back.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3-its.c"
 */
final class LpiDomain implements IrqDomain.Operations, IrqChip {
    private static final Set<IrqChipFlag> FLAGS =
            Set.of(IrqChipFlag.SINGLE_TARGET, IrqChipFlag.MOVE_IN_PROCESS_CONTEXT);

    /** Linux's own minimum for the DeviceID of devices that have none. */
    private static final int FEWEST_OF_DEVICE_0 = 32;

    private final IrqCore core;
    private final MessageTranslator translator;
    private final RawSpinLock lock = new RawSpinLock();

    // Guarded by lock.
    private final int[] lines;
    private final int[] managedLines;

    /** By LPI: what it is made of; written before a line can have it. */
    private final TranslatedEvent[] events;

    // By the thread that makes domains; one at a time.
    private int used;

    LpiDomain(IrqCore core, MessageTranslator translator) {
        this.core = core;
        this.translator = translator;
        lines = new int[core.smp().count()];
        managedLines = new int[core.smp().count()];
        events = new TranslatedEvent[translator.interrupts()];
    }

    /**
     * Gives a device its LPIs, a power of two of them.
     *
     * @throws IllegalStateException when there are not as many left
     */
    MessageParent attach(MsixTable device, KernelCpu cpu) {
        int requester = device.requesterId();
        int least = requester == 0 ? FEWEST_OF_DEVICE_0 : 1;
        int count = BitUtil.findNextPositivePowerOfTwo(Math.max(least, device.vectors()));
        if (used + count > events.length) {
            throw new IllegalStateException(
                    "lpis=" + count + " > left=" + (events.length - used) + " for a device");
        }
        int base = used;
        used += count;
        for (int event = 0; event < count; event++) {
            events[base + event] =
                    new TranslatedEvent(
                            requester, event, translator.firstInterrupt() + base + event);
        }
        translator.attach(requester, count, cpu.id());
        return new Device(base);
    }

    private TranslatedEvent event(IrqBinding line) {
        return events[(int) line.hwirq() - translator.firstInterrupt()];
    }

    private static Route of(IrqBinding line) {
        return (Route) line.state();
    }

    // The domain.

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.FAST_EOI;
    }

    @Override
    public IrqResult allocate(IrqBinding line, KernelCpu cpu) {
        line.setState(new Route(line.descriptor().isManaged() ? managedLines : lines));
        return IrqResult.OK;
    }

    @Override
    public void release(IrqBinding line, KernelCpu cpu) {
        deactivate(line, cpu);
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        CpuMask online = line.descriptor().affinity().and(core.online());
        int target = choose(of(line), online.isEmpty() ? core.online() : online, cpu);
        translator.map(event(line), target, cpu.id());
        line.setEffective(CpuMask.of(target));
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        Route route = of(line);
        if (route.cpu != Route.NOWHERE) {
            translator.unmap(event(line), cpu.id());
            lock.lock(cpu.id());
            route.leave();
            lock.unlock(cpu.id());
            line.setEffective(CpuMask.NONE);
        }
    }

    /** Takes the CPU of {@code mask} with the fewest lines; the line itself does not count. */
    private int choose(Route route, CpuMask mask, KernelCpu cpu) {
        lock.lock(cpu.id());
        route.leave();
        int best = Route.NOWHERE;
        for (int id = 0; id < lines.length; id++) {
            if (mask.contains(id)
                    && (best == Route.NOWHERE || route.lines[id] < route.lines[best])) {
                best = id;
            }
        }
        route.cpu = best;
        route.lines[best]++;
        lock.unlock(cpu.id());
        return best;
    }

    // The chip.

    @Override
    public String name() {
        return "ITS";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return FLAGS;
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        if (of(line).cpu != Route.NOWHERE) {
            translator.setEnabled(event(line), false, cpu.id());
        }
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        if (of(line).cpu != Route.NOWHERE) {
            translator.setEnabled(event(line), true, cpu.id());
        }
    }

    @Override
    @HotPath
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        cpu.hw().port().endOfInterrupt();
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        if (of(line).cpu == Route.NOWHERE) {
            return false;
        }
        translator.retrigger(event(line), cpu.id());
        return true;
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        if (mask.isEmpty()) {
            return IrqResult.EINVAL;
        }
        int before = of(line).cpu;
        int target = choose(of(line), mask, cpu);
        if (target != before) {
            translator.move(event(line), target, cpu.id());
        }
        line.setEffective(CpuMask.of(target));
        return IrqResult.OK;
    }

    /** Every line counts at its CPU, and at no other. Quiet machine. */
    void checkConsistent() {
        var counted = new int[lines.length];
        for (IrqDescriptor line : core.lines()) {
            for (IrqBinding at = line.binding(); at != null; at = at.parent()) {
                if (at.state() instanceof Route route && route.cpu != Route.NOWHERE) {
                    counted[route.cpu]++;
                }
            }
        }
        for (int cpu = 0; cpu < counted.length; cpu++) {
            Checks.invariant(counted[cpu] == lines[cpu] + managedLines[cpu], "LPIs of cpu " + cpu);
        }
    }

    /**
     * Where one line's LPI goes.
     *
     * <p><b>Threads.</b> The line's lock, and the domain's for the counts.
     */
    private static final class Route {
        static final int NOWHERE = -1;

        private final int[] lines;
        private int cpu = NOWHERE;

        Route(int[] lines) {
            this.lines = lines;
        }

        void leave() {
            if (cpu != NOWHERE) {
                lines[cpu]--;
                cpu = NOWHERE;
            }
        }
    }

    /** What a device's domain needs of this one. */
    private final class Device implements MessageParent {
        private static final Set<IrqChipFlag> DEVICE_FLAGS =
                Set.of(
                        IrqChipFlag.ONESHOT_SAFE,
                        IrqChipFlag.SINGLE_TARGET,
                        IrqChipFlag.MOVE_IN_PROCESS_CONTEXT,
                        IrqChipFlag.RESEND_WHEN_IN_PROGRESS);

        private final int base;

        Device(int base) {
            this.base = base;
        }

        @Override
        public MsiMessage message(IrqBinding line) {
            return new MsiMessage(translator.messageAddress(), event(line).eventId());
        }

        @Override
        public long hwirq(int entry, IrqDescriptor line) {
            return translator.firstInterrupt() + base + entry;
        }

        @Override
        public String prefix() {
            return "ITS-";
        }

        @Override
        public FlowHandler deviceFlow() {
            return FlowHandler.FAST_EOI;
        }

        @Override
        public Set<IrqChipFlag> deviceFlags() {
            return DEVICE_FLAGS;
        }

        @Override
        public boolean masksToo() {
            return true;
        }
    }
}
