package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.softirq.Tasklet;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * What all lines of a machine share: how it was booted, who is online, the resend list, the poll of
 * the spurious ones, and the errors of drivers.
 *
 * <p><b>Threads.</b> Any holder.
 */
public final class IrqCore {
    private final Smp smp;
    private final IrqSettings settings;
    private final boolean fixesUp;
    private final IrqResend resend;
    private final SpuriousPoller poller;
    private final RawSpinLock perCpuLock = new RawSpinLock();
    private final List<IrqDescriptor> lines = new CopyOnWriteArrayList<>();
    private final AtomicLongArray errors = new AtomicLongArray(IrqError.values().length);
    private Host host = Host.NONE;
    // Set before the machine starts.
    private TopHalfBudget budget;

    // Written by the CPU that goes or comes, while no other does.
    private volatile CpuMask online;

    public IrqCore(Smp smp, IrqSettings settings) {
        this.smp = smp;
        this.settings = settings;
        fixesUp = settings.fixup() != IrqSettings.Fixup.OFF;
        online = CpuMask.first(smp.count());
        resend = new IrqResend(this);
        poller = new SpuriousPoller(this);
    }

    /** Completes the layer. Before the machine starts. */
    public void connect(Host host) {
        this.host = host;
    }

    /** Holds the top halves of all lines against {@code watch}. Before the machine starts. */
    public void watchTopHalves(TopHalfBudget watch) {
        budget = watch;
    }

    /** Returns what top halves are held against, or null. */
    @HotPath
    TopHalfBudget budget() {
        return budget;
    }

    public Smp smp() {
        return smp;
    }

    IrqSettings settings() {
        return settings;
    }

    /** Returns what the layer reaches the rest of the machine by. */
    public Host host() {
        return host;
    }

    IrqResend resend() {
        return resend;
    }

    SpuriousPoller poller() {
        return poller;
    }

    RawSpinLock perCpuLock() {
        return perCpuLock;
    }

    /** Returns the CPUs that take interrupts. */
    public CpuMask online() {
        return online;
    }

    void setOnline(CpuMask mask) {
        online = mask;
    }

    /** Makes a line that has a number and nothing else. */
    IrqDescriptor newLine(int irq) {
        var line = new IrqDescriptor(this, irq);
        lines.add(line);
        return line;
    }

    void forget(IrqDescriptor line) {
        lines.remove(line);
    }

    public List<IrqDescriptor> lines() {
        return List.copyOf(lines);
    }

    /** The periodic tick of {@code cpu}. Hardirq context. */
    public void tick(KernelCpu cpu) {
        poller.tick(cpu);
    }

    /** Whether lines are looked at that others' interrupts may have been for. */
    @HotPath
    boolean fixesUp() {
        return fixesUp;
    }

    /** What has to be done for an interrupt that was not plainly claimed. By who runs the line. */
    void noteSlowly(IrqDescriptor line, int result, KernelCpu cpu) {
        if (line.pollInProgress || line.polled || (result & HandlerRun.BAD) != 0) {
            return;
        }
        int judged = line.spurious.judge(result, line.threads.handledCount());
        if (judged < 0) {
            return;
        }
        if (looksElsewhere(line, judged) && poller.misrouted(line, cpu) && judged == 0) {
            line.spurious.foundElsewhere();
        }
        if (line.spurious.nobodyCares()) {
            error(IrqError.NOBODY_CARED, line, cpu);
            boolean irqs = cpu.hw().irqSave();
            line.lock.lock(cpu.id());
            LineSwitch.shutOff(line, cpu);
            line.lock.unlock(cpu.id());
            cpu.hw().irqRestore(irqs);
            poller.arm();
        }
    }

    private boolean looksElsewhere(IrqDescriptor line, int judged) {
        return switch (settings.fixup()) {
            case OFF -> false;
            case UNCLAIMED -> judged == 0;
            case POLLED -> {
                IrqAction first = line.actions;
                yield judged == 0 || first != null && first.has(IrqFlag.IRQPOLL);
            }
        };
    }

    /** Counts and traces what a driver did wrong. */
    void error(IrqError error, IrqDescriptor line, KernelCpu cpu) {
        errors.getAndIncrement(error.ordinal());
        cpu.trace(Tracepoint.IRQ_ERROR, line.irq(), error.ordinal(), 0);
    }

    void handlerThrew(IrqDescriptor line, RuntimeException cause, KernelCpu cpu) {
        if (settings.failures() == IrqSettings.Failures.STOP_MACHINE) {
            throw cause;
        }
        error(IrqError.HANDLER_THREW, line, cpu);
    }

    /** Returns how often drivers made {@code error}. */
    public long errors(IrqError error) {
        return errors.get(error.ordinal());
    }

    /** What the layer needs of the machine around it. */
    public interface Host {
        Host NONE =
                new Host() {
                    @Override
                    public void schedule(Tasklet tasklet, KernelCpu cpu) {}

                    @Override
                    public void call(int target, Consumer<KernelCpu> function, KernelCpu cpu) {
                        function.accept(cpu);
                    }

                    @Override
                    public void adopt(Task task) {}

                    @Override
                    public boolean forget(Task task) {
                        return true;
                    }
                };

        /** Schedules a tasklet on {@code cpu}, whose holder calls. */
        void schedule(Tasklet tasklet, KernelCpu cpu);

        /** Has {@code function} called on CPU {@code target}, in an interrupt there. */
        void call(int target, Consumer<KernelCpu> function, KernelCpu cpu);

        /** Takes a new interrupt thread: it lives as long as the machine, or until it ends. */
        void adopt(Task task);

        /** Drops a thread that has not been started; returns {@code false} if it has. */
        boolean forget(Task task);
    }
}
