package org.irqlab.kernel.irq.ipi;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Function calls from CPU to CPU, and irq_work.
 *
 * <p>A CPU takes its whole list in one interrupt and works it off in the order in which it was
 * asked: first the synchronous calls, then the asynchronous ones and irq_work, then the tasks that
 * others woke.
 *
 * <p>A caller that waits with interrupts off, for a CPU that waits for it, waits for ever: such
 * calls are counted, and so are waits beyond 5 s.
 *
 * <p><b>Threads.</b> The holder of the calling CPU.
 *
 * <p>SIMPLIFIED: woken tasks have a list of their own beside this one, each with the interrupt that
 * its first entry sends; both use one vector.
 *
 * @see "Linux kernel/smp.c; kernel/irq_work.c"
 */
public final class CrossCalls {
    private static final long LONG_WAIT_NS = 5_000_000_000L;

    private final Smp smp;
    private final InterruptController controller;
    private final CallList[] lists;
    private final CallList[] raised;
    private final AtomicLong waitsWithInterruptsOff = new AtomicLong();
    private final AtomicLong longWaits = new AtomicLong();

    // By CPU, each written by its holder.
    private final long[] served;

    public CrossCalls(Smp smp) {
        this.smp = smp;
        controller = smp.controller();
        lists = new CallList[smp.count()];
        raised = new CallList[smp.count()];
        Arrays.setAll(lists, cpu -> new CallList());
        Arrays.setAll(raised, cpu -> new CallList());
        served = new long[smp.count()];
    }

    /**
     * Has {@code call} run on CPU {@code target}, and does not wait for that; waits while the call
     * is still on its way from the last time. On the caller's own CPU it runs at once.
     */
    public void callAsync(int target, CrossCall call, KernelCpu cpu) {
        lock(call, cpu);
        call.synchronous = false;
        send(target, call, cpu);
    }

    /** As {@link #callAsync}, and waits until the function has returned. */
    public void callAndWait(int target, CrossCall call, KernelCpu cpu) {
        if (!cpu.hw().irqsEnabled() && target != cpu.id()) {
            waitsWithInterruptsOff.incrementAndGet();
        }
        lock(call, cpu);
        call.synchronous = true;
        send(target, call, cpu);
        awaitUnlocked(call, cpu);
    }

    /**
     * Has {@code function} called on every CPU of {@code targets} but the caller's, and waits for
     * all of them if {@code wait}.
     */
    public void callMany(
            CpuMask targets, Consumer<KernelCpu> function, boolean wait, KernelCpu cpu) {
        CpuMask others = targets.without(cpu.id());
        if (wait && !cpu.hw().irqsEnabled() && !others.isEmpty()) {
            waitsWithInterruptsOff.incrementAndGet();
        }
        var vectors = controller.vectors();
        int vector = others.count() == 1 ? vectors.callFunctionSingle() : vectors.callFunction();
        var calls = new CrossCall[smp.count()];
        others.forEach(target -> {
            var call = new CrossCall(function);
            call.tryLock();
            call.synchronous = wait;
            calls[target] = call;
            push(target, call, vector);
        });
        if (wait) {
            others.forEach(target -> awaitUnlocked(calls[target], cpu));
        }
    }

    private void lock(CrossCall call, KernelCpu cpu) {
        while (!call.tryLock()) {
            awaitUnlocked(call, cpu);
            if (smp.stopping()) {
                return;
            }
        }
    }

    private void send(int target, CrossCall call, KernelCpu cpu) {
        if (target == cpu.id()) {
            boolean irqs = cpu.hw().irqSave();
            call.run(cpu);
            cpu.hw().irqRestore(irqs);
        } else {
            push(target, call);
        }
    }

    void push(int target, CallNode node) {
        push(target, node, controller.vectors().callFunctionSingle());
    }

    private void push(int target, CallNode node, int vector) {
        if (lists[target].push(node)) {
            controller.sendIpi(target, vector);
        }
    }

    private void awaitUnlocked(CrossCall call, KernelCpu cpu) {
        long began = HostClock.nowNs();
        boolean told = false;
        while (call.locked() && !smp.stopping()) {
            Thread.yield();
            if (cpu.hw().poll() - began > LONG_WAIT_NS && !told) {
                told = true;
                longWaits.incrementAndGet();
            }
        }
    }

    /**
     * Queues {@code work} for this CPU's next interrupt, which is at once where interrupts are on.
     *
     * @return {@code false} if it is pending already, here or elsewhere
     */
    @HotPath
    public boolean queue(IrqWork work, KernelCpu cpu) {
        if (!work.claim()) {
            return false;
        }
        if (raised[cpu.id()].push(work)) {
            controller.sendIpi(cpu.id(), controller.vectors().irqWork());
        }
        return true;
    }

    /** As {@link #queue}, for the next interrupt of CPU {@code target}. */
    public boolean queueOn(int target, IrqWork work, KernelCpu cpu) {
        if (target == cpu.id()) {
            return queue(work, cpu);
        }
        if (!work.claim()) {
            return false;
        }
        push(target, work);
        return true;
    }

    /** Waits until {@code work} neither is pending nor runs. Task context. */
    public void synchronize(IrqWork work, KernelCpu cpu) {
        while (work.busy() && !smp.stopping()) {
            Thread.yield();
            cpu.hw().poll();
        }
    }

    /** The interrupt of irq_work. Hardirq context. */
    @HotPath
    public void runIrqWork(KernelCpu cpu) {
        CallNode node = raised[cpu.id()].takeAll();
        while (node != null) {
            // The work may be queued again as soon as it runs.
            CallNode next = node.next;
            ((IrqWork) node).run(cpu);
            node = next;
        }
    }

    /**
     * The interrupt of function calls: does all that others have asked of this CPU. Interrupts off.
     */
    @HotPath
    public void serve(KernelCpu cpu) {
        CallNode first = lists[cpu.id()].takeAll();
        if (first != null) {
            work(runSynchronous(first, cpu), cpu);
        }
        cpu.scheduler().drainWakeList();
    }

    /** Runs the synchronous calls and returns the list of the others. */
    private CallNode runSynchronous(CallNode first, KernelCpu cpu) {
        CallNode rest = null;
        CallNode last = null;
        for (CallNode node = first; node != null; ) {
            CallNode next = node.next;
            if (node instanceof CrossCall call && call.synchronous) {
                served[cpu.id()]++;
                call.run(cpu);
            } else {
                if (last == null) {
                    rest = node;
                } else {
                    last.next = node;
                }
                last = node;
                node.next = null;
            }
            node = next;
        }
        return rest;
    }

    private void work(CallNode first, KernelCpu cpu) {
        for (CallNode node = first; node != null; ) {
            CallNode next = node.next;
            served[cpu.id()]++;
            switch (node) {
                case CrossCall call -> call.run(cpu);
                case IrqWork work -> work.run(cpu);
            }
            node = next;
        }
    }

    /** Whether others have asked something of {@code cpu} that it has not begun. */
    @HotPath
    public boolean pending(int cpu) {
        return !lists[cpu].isEmpty();
    }

    /** Returns how many calls and works {@code cpu} has done for others. */
    public long served(int cpu) {
        return served[cpu];
    }

    /** Returns how many calls waited with interrupts off: guest errors. */
    public long waitsWithInterruptsOff() {
        return waitsWithInterruptsOff.get();
    }

    /** Returns how many waits took longer than 5 s. */
    public long longWaits() {
        return longWaits.get();
    }
}
