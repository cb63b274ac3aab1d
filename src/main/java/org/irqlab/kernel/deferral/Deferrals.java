package org.irqlab.kernel.deferral;

import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqBacklog;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueue;

import java.util.Arrays;

/**
 * Binds bottom halves to contexts, on one machine.
 *
 * <p><b>Threads.</b> Before the machine starts.
 */
public final class Deferrals {
    private static final int BACKLOG = 1024;

    private final Machine machine;
    private final SoftirqBacklog<SoftirqCall>[][] backlogs;
    private int nextObject = 1;

    @SuppressWarnings({
        "unchecked",
        "rawtypes"
    }) // Arrays of a generic type cannot be made otherwise.
    public Deferrals(Machine machine) {
        this.machine = machine;
        backlogs = new SoftirqBacklog[SoftirqVector.count()][];
    }

    /**
     * Requests a line for a driver in two halves.
     *
     * @param topHalf hardirq context; returns whether there is something for the bottom half
     * @param cpu where an interrupt thread starts
     */
    public void request(
            IrqDescriptor line,
            String name,
            TopHalf topHalf,
            BottomHalf bottomHalf,
            Deferral deferral,
            int cpu) {
        int nameId = machine.names().id(name);
        if (deferral instanceof Deferral.Threaded(int priority)) {
            machine.irqs()
                    .requestThreaded(
                            line,
                            name,
                            nameId,
                            on -> topHalf.run(on) ? IrqReturn.WAKE_THREAD : IrqReturn.HANDLED,
                            on -> {
                                bottomHalf.run(on);
                                return IrqReturn.HANDLED;
                            },
                            machine.cpu(cpu),
                            machine.newPid(),
                            policy(priority));
            return;
        }
        DeferredCall call = bind(name, bottomHalf, deferral, cpu);
        machine.irqs()
                .request(
                        line,
                        name,
                        nameId,
                        on -> {
                            if (topHalf.run(on)) {
                                call.schedule(on);
                            }
                            return IrqReturn.HANDLED;
                        });
    }

    /**
     * Binds a bottom half that no interrupt line belongs to.
     *
     * @param cpu where a thread starts
     */
    public DeferredCall bind(String name, BottomHalf bottomHalf, Deferral deferral, int cpu) {
        return switch (deferral) {
            case Deferral.Inline() -> bottomHalf::run;
            case Deferral.Softirq(var vector) ->
                    new SoftirqCall(bottomHalf, vector, backlog(vector));
            case Deferral.InTasklet(var high) -> bindTasklet(name, bottomHalf, high);
            case Deferral.Work(var high, var unbound) -> bindWork(name, bottomHalf, high, unbound);
            case Deferral.Threaded(int priority) -> bindThread(name, bottomHalf, priority, cpu);
        };
    }

    private DeferredCall bindTasklet(String name, BottomHalf bottomHalf, boolean high) {
        var tasklet = new Tasklet(bottomHalf::run, nextObject++, machine.names().id(name));
        return cpu ->
                (high ? machine.highTasklets(cpu.id()) : machine.tasklets(cpu.id()))
                        .schedule(tasklet);
    }

    private DeferredCall bindWork(
            String name, BottomHalf bottomHalf, boolean high, boolean unbound) {
        var works = machine.workqueues();
        Workqueue queue =
                unbound
                        ? works.systemUnbound()
                        : high ? works.systemHighPriority() : works.system();
        var item =
                new WorkItem(
                        (cpu, self) -> bottomHalf.run(cpu), nextObject++, machine.names().id(name));
        return cpu -> works.queueWork(cpu, queue, item);
    }

    private DeferredCall bindThread(String name, BottomHalf bottomHalf, int priority, int cpu) {
        var thread = new KernelThread(bottomHalf, true);
        thread.setTask(machine.newTask(cpu, "napi/" + name, policy(priority), true, thread::loop));
        return thread;
    }

    private static TaskPolicy policy(int rtPriority) {
        return rtPriority == 0 ? TaskPolicy.NORMAL : TaskPolicy.fifo(rtPriority);
    }

    private SoftirqBacklog<SoftirqCall>[] backlog(SoftirqVector vector) {
        if (backlogs[vector.ordinal()] == null) {
            backlogs[vector.ordinal()] = newBacklogs();
            machine.setSoftirqAction(
                    vector, cpu -> drain(cpu, backlogs[vector.ordinal()][cpu.id()]));
        }
        return backlogs[vector.ordinal()];
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // As above.
    private SoftirqBacklog<SoftirqCall>[] newBacklogs() {
        SoftirqBacklog<SoftirqCall>[] made = new SoftirqBacklog[machine.cpus()];
        Arrays.setAll(made, cpu -> new SoftirqBacklog<>(BACKLOG));
        return made;
    }

    /**
     * Serves what waits now. What comes meanwhile has raised the vector: it is for the next pass,
     * so that the limits of a softirq hold.
     */
    private static void drain(KernelCpu cpu, SoftirqBacklog<SoftirqCall> backlog) {
        for (int left = backlog.size(); left > 0; left--) {
            SoftirqCall call = backlog.poll();
            call.waiting[cpu.id()] = false;
            call.bottomHalf.run(cpu);
        }
    }

    /** A driver's top half. */
    @FunctionalInterface
    public interface TopHalf {
        /** Hardirq context; returns whether there is something for the bottom half. */
        boolean run(KernelCpu cpu);
    }

    private final class SoftirqCall implements DeferredCall {
        private final BottomHalf bottomHalf;
        private final SoftirqVector vector;
        private final SoftirqBacklog<SoftirqCall>[] backlog;
        // By CPU, holder only: in the backlog already.
        private final boolean[] waiting = new boolean[machine.cpus()];

        SoftirqCall(
                BottomHalf bottomHalf,
                SoftirqVector vector,
                SoftirqBacklog<SoftirqCall>[] backlog) {
            this.bottomHalf = bottomHalf;
            this.vector = vector;
            this.backlog = backlog;
        }

        @Override
        public void schedule(KernelCpu cpu) {
            if (!waiting[cpu.id()]) {
                waiting[cpu.id()] = true;
                if (!backlog[cpu.id()].offer(this)) {
                    throw new IllegalStateException(
                            "more than BACKLOG=" + BACKLOG + " drivers on one vector");
                }
            }
            machine.softirqs(cpu.id()).raise(vector);
        }
    }
}
