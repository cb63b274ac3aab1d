package org.irqlab.kernel.irq.line;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * One interrupt line: its handlers, its chip, its flow, and all that is known of its state.
 *
 * <p>DISABLED is what drivers want, MASKED is what the hardware does: a line is disabled lazily,
 * and masked by the interrupt that comes nevertheless. PENDING remembers that one. INPROGRESS keeps
 * handlers of a line from overlapping.
 *
 * <p><b>Threads.</b> Any holder; the state is guarded by the line's lock, with interrupts off.
 * Handlers run without the lock. Counters may be read at any time and are exact once the machine is
 * quiet.
 *
 * @see "Linux include/linux/irqdesc.h, struct irq_desc; include/linux/irq.h, struct irq_data"
 */
public final class IrqDescriptor {
    final IrqCore core;
    final RawSpinLock lock = new RawSpinLock();
    final LineCounts counts;
    final LineThreads threads = new LineThreads(this);
    private final int irq;

    // Set when the line is wired, before it is requested.
    IrqBinding binding;
    IrqChip chip;
    FlowHandler flow = FlowHandler.SIMPLE;
    boolean eoiThreaded;
    boolean eoiIfHandled;
    boolean oneshotSafe;
    boolean resendWhenInProgress;
    boolean unlazy;
    boolean polled;

    // Guarded by lock; the list is walked without it while the line is in progress.
    IrqAction actions;

    // Guarded by lock.
    int depth = 1;
    boolean disabled = true;
    boolean masked = true;
    boolean inProgress;
    boolean pending;
    boolean replay;
    boolean oneshot;
    boolean level;
    boolean perCpu;
    boolean started;
    boolean activated;
    boolean managed;
    boolean managedShutdown;
    boolean noBalancing;
    boolean spuriousDisabled;
    boolean pollInProgress;
    boolean movePending;
    Trigger trigger = Trigger.NONE;
    CpuMask affinity;
    CpuMask pendingAffinity = CpuMask.NONE;
    CpuMask effective = CpuMask.NONE;
    CpuMask perCpuEnabled = CpuMask.NONE;
    final LineWaiters waiters = new LineWaiters(this);
    boolean requestBusy;

    // The CPU that has the line in progress, as long as it has. Tests give it a clock of their own.
    SpuriousDetector spurious = new SpuriousDetector(HostClock::nowNs);

    IrqDescriptor(IrqCore core, int irq) {
        this.core = core;
        this.irq = irq;
        counts = new LineCounts(core.smp().count());
        affinity = CpuMask.first(core.smp().count());
    }

    /** Gives the line its chip and its flow. Before it is requested. */
    void wire(IrqBinding top, FlowHandler flow) {
        binding = top;
        chip = top.chip();
        this.flow = flow;
        var flags = chip.flags();
        eoiThreaded = flags.contains(IrqChipFlag.EOI_THREADED);
        eoiIfHandled = flags.contains(IrqChipFlag.EOI_IF_HANDLED);
        oneshotSafe = flags.contains(IrqChipFlag.ONESHOT_SAFE);
        resendWhenInProgress = flags.contains(IrqChipFlag.RESEND_WHEN_IN_PROGRESS);
        unlazy = flags.contains(IrqChipFlag.DISABLE_UNLAZY);
        perCpu = flow == FlowHandler.PER_CPU || flow == FlowHandler.PER_CPU_DEVICE;
    }

    public int irq() {
        return irq;
    }

    /** Returns the chip of the line's uppermost domain. */
    public IrqChip chip() {
        return chip;
    }

    public IrqBinding binding() {
        return binding;
    }

    public FlowHandler flow() {
        return flow;
    }

    /** Returns the first handler, or null. */
    public IrqAction action() {
        return actions;
    }

    /** One interrupt of this line has arrived on {@code cpu}. As its {@link FlowHandler} wants. */
    @HotPath
    public void handle(KernelCpu cpu) {
        flow.handle(this, cpu);
    }

    // What flow handlers are made of; the lock is held.

    @HotPath
    void countInterrupt(KernelCpu cpu) {
        counts.byCpu[cpu.id()]++;
    }

    /** Sets PENDING. */
    void remember() {
        if (pending) {
            counts.merged++;
        } else {
            pending = true;
            counts.remembered++;
        }
    }

    void maskLine(KernelCpu cpu) {
        if (!masked) {
            masked = true;
            chip.mask(binding, cpu);
        }
    }

    void unmaskLine(KernelCpu cpu) {
        if (masked) {
            masked = false;
            chip.unmask(binding, cpu);
        }
    }

    void maskAcknowledge(KernelCpu cpu) {
        if (masked) {
            chip.acknowledge(binding, cpu);
        } else {
            masked = true;
            chip.maskAcknowledge(binding, cpu);
        }
    }

    /** Whether nothing but this interrupt has kept the line masked. */
    @HotPath
    boolean mayUnmask() {
        return !disabled && masked && threads.oneshotMask() == 0;
    }

    /**
     * Whether the handlers may run now; waits for the detector's poll if that is what runs them.
     */
    @HotPath
    boolean mayRun(KernelCpu cpu) {
        return !inProgress || pollInProgress && waitForPoll(cpu);
    }

    private boolean waitForPoll(KernelCpu cpu) {
        if (core.poller().pollingCpu() == cpu.id()) {
            return false;
        }
        do {
            lock.unlock(cpu.id());
            Thread.yield();
            lock.lock(cpu.id());
        } while (inProgress);
        return !disabled && actions != null;
    }

    /** Runs the handlers, without the lock; returns the OR of what they returned. */
    @HotPath
    int runHandlers(KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(!inProgress, "I-30: handlers of irq " + irq + " overlap");
            Checks.invariant(!disabled || pollInProgress, "I-31: disabled irq " + irq + " runs");
        }
        pending = false;
        inProgress = true;
        IrqAction first = actions;
        lock.unlock(cpu.id());
        int result = HandlerRun.runAndNote(this, first, cpu);
        lock.lock(cpu.id());
        inProgress = false;
        counts.handlerRuns++;
        counts.unhandled += result == 0 ? 1 : 0;
        return result;
    }

    /** Runs the thread functions in the caller's thread. */
    void runNested(KernelCpu cpu) {
        threads.nestedBegins();
        IrqAction first = actions;
        lock.unlock(cpu.id());
        cpu.hw().irqEnable();
        int result = 0;
        for (IrqAction action = first; action != null; action = action.next) {
            result |= HandlerRun.call(this, action.threadFunction(), cpu);
        }
        HandlerRun.note(this, result, cpu);
        threads.done(cpu);
        cpu.hw().irqDisable();
        lock.lock(cpu.id());
        counts.handlerRuns++;
        counts.unhandled += result == 0 ? 1 : 0;
    }

    // Switching the line on and off.

    /** As {@link #disable}, but does not wait for handlers that run. Any context. */
    public void disableNoSync(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        LineSwitch.disable(this, cpu);
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /**
     * Keeps the handlers from running until {@link #enable}; nests; lazy: the hardware is masked by
     * the next interrupt. Returns when no handler and no thread of the line runs any more. Task
     * context; never from the line's own handlers.
     */
    public void disable(KernelCpu cpu) {
        disableNoSync(cpu);
        synchronize(cpu);
    }

    /** Undoes one disable; the last one delivers a remembered edge. Any context. */
    public void enable(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        if (depth == 0) {
            counts.unbalancedEnables++;
            core.error(IrqError.UNBALANCED_ENABLE, this, cpu);
        } else {
            LineSwitch.enable(this, cpu);
        }
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /** Waits until no hard handler of the line runs. Task context. */
    public void synchronizeHardirq(KernelCpu cpu) {
        while (busy(cpu) && !core.smp().stopping()) {
            Thread.yield();
            cpu.hw().poll();
        }
    }

    private boolean busy(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        boolean busy = inProgress || chip.active(binding);
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return busy;
    }

    /** Waits until no handler and no thread of the line runs. Task context. */
    public void synchronize(KernelCpu cpu) {
        synchronizeHardirq(cpu);
        waiters.await(cpu, threads::idle);
    }

    /** Switches a per-CPU line on for {@code cpu}, which calls. */
    public void enableForCpu(KernelCpu cpu) {
        core.perCpuLock().lock(cpu.id());
        perCpuEnabled = perCpuEnabled.with(cpu.id());
        core.perCpuLock().unlock(cpu.id());
        chip.unmask(binding, cpu);
    }

    /** Switches a per-CPU line off for {@code cpu}, which calls, interrupts off. */
    public void disableForCpu(KernelCpu cpu) {
        core.perCpuLock().lock(cpu.id());
        boolean was = perCpuEnabled.contains(cpu.id());
        perCpuEnabled = perCpuEnabled.without(cpu.id());
        core.perCpuLock().unlock(cpu.id());
        if (was) {
            chip.mask(binding, cpu);
        }
    }

    /** Has the hardware send the line's interrupt again. Interrupts off. */
    public void retrigger(KernelCpu cpu) {
        lock.lock(cpu.id());
        chip.retrigger(binding, cpu);
        lock.unlock(cpu.id());
    }

    void setTrigger(Trigger wanted) {
        trigger = wanted;
        level = wanted.level();
    }

    void setEffective(CpuMask mask) {
        effective = mask;
        for (IrqAction action = actions; action != null; action = action.next) {
            action.threads(IrqThread::lineMoved);
        }
    }

    // What displays and tests ask for.

    /** Returns the CPUs that the line may interrupt. */
    public CpuMask affinity() {
        return affinity;
    }

    /** Returns the CPUs that it does interrupt. */
    public CpuMask effectiveAffinity() {
        return effective;
    }

    public boolean isManaged() {
        return managed;
    }

    public boolean isDisabled() {
        return disabled;
    }

    public boolean isMasked() {
        return masked;
    }

    public boolean isPending() {
        return pending;
    }

    public boolean isStarted() {
        return started;
    }

    public boolean isActivated() {
        return activated;
    }

    /** Returns whether a move waits for the line's next interrupt. */
    public boolean isMovePending() {
        return movePending;
    }

    /** Returns how the line signals. */
    public Trigger trigger() {
        return trigger;
    }

    public boolean isLevel() {
        return level;
    }

    public boolean isOneshot() {
        return oneshot;
    }

    /** Returns whether the detector has shut the line off. */
    public boolean isSpuriousDisabled() {
        return spuriousDisabled;
    }

    /** Returns how many disables have yet to be undone. */
    public int depth() {
        return depth;
    }

    /** Returns which threads of a one-shot line have yet to finish, as bits. */
    public long threadsOneshot() {
        return threads.oneshotMask();
    }

    /** Returns where the line's interrupts went. */
    public LineCounts counts() {
        return counts;
    }
}
