package org.irqlab.kernel.boot;

import org.irqlab.base.trace.NameTable;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.kernel.irq.ipi.CrossCalls;
import org.irqlab.kernel.irq.ipi.FunctionCallHandler;
import org.irqlab.kernel.irq.platform.IrqTable;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.Locking;
import org.irqlab.kernel.locking.PriorityInheritance;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqAction;
import org.irqlab.kernel.softirq.SoftirqActions;
import org.irqlab.kernel.softirq.SoftirqTakeOver;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;
import org.irqlab.kernel.softirq.TaskletControl;
import org.irqlab.kernel.softirq.Tasklets;
import org.irqlab.kernel.time.ClockEvents;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.trap.NmiDispatch;
import org.irqlab.kernel.workqueue.Workqueues;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.function.Consumer;

/**
 * One machine: virtual CPUs, their kernel, and the threads that carry them.
 *
 * <p>Made, furnished with devices, handlers and tasks, {@link #start started}, and {@link #close
 * closed}; never started again.
 *
 * <p><b>Threads.</b> Made and closed by one thread, which is not one of the machine's.
 */
public final class Machine implements AutoCloseable {
    private static final long STOP_MILLIS = 30_000;

    private final Smp smp;
    private final IrqTable irqs;
    private final CrossCalls calls;
    private final Locking locking;
    private final NameTable names = new NameTable();
    private final SoftirqActions softirqActions = new SoftirqActions();
    private final TaskletControl taskletControl;
    private final List<SoftirqTakeOver> takeOvers = new ArrayList<>();
    private final CpuParts[] parts;
    private final MachineTasks tasks;
    private final Workqueues workqueues;
    private boolean closed;

    /**
     * Makes a machine, all CPUs off.
     *
     * @param halts one for each CPU, the ones that {@code controller} pulls
     */
    public Machine(
            MachineSpec spec,
            InterruptController controller,
            List<HaltLine> halts,
            IdleListener listener) {
        int cpus = spec.cpus();
        if (controller.cpus() != cpus || halts.size() != cpus) {
            throw new IllegalArgumentException(
                    "cpus=" + cpus + " != controller's " + controller.cpus());
        }
        tasks = new MachineTasks(spec.firstPid());
        smp = new Smp(controller);
        irqs = new IrqTable(smp, spec.irqs());
        calls = new CrossCalls(smp);
        boolean realTime = spec.scheduling().preempt().realTime();
        locking = new Locking(new Lockdep(), new PriorityInheritance(true), realTime);
        smp.setCallsPending(calls::pending);
        taskletControl = new TaskletControl(spec.softirqs().killReportNs());
        parts = new CpuParts[cpus];
        var shared =
                new CpuParts.Shared(
                        smp, softirqActions, calls, locking, tasks, new Phaser(cpus), listener);
        for (int id = 0; id < cpus; id++) {
            parts[id] = new CpuParts(spec, id, halts.get(id), shared);
            KernelCpu cpu = parts[id].cpu;
            cpu.connect(irqs.dispatch(), parts[id].softirqs);
            cpu.setBacklogListener(listener::idleBegins);
        }
        setSoftirqAction(SoftirqVector.TASKLET, cpu -> runTasklets(cpu, false));
        setSoftirqAction(SoftirqVector.HI, cpu -> runTasklets(cpu, true));
        addTakeOver((dead, live) -> tasklets(live.id()).takeOver(tasklets(dead)));
        addTakeOver((dead, live) -> highTasklets(live.id()).takeOver(highTasklets(dead)));
        irqs.core().connect(new IrqHost(this, tasks));
        connectSystemVectors(controller);
        workqueues = new Workqueues(smp, spec.workers(), names::id, new WorkerHost(this, tasks));
    }

    /** Work in softirq context comes before the tasklets of the same vector. */
    private void runTasklets(KernelCpu cpu, boolean high) {
        workqueues.softirq(cpu, high);
        (high ? highTasklets(cpu.id()) : tasklets(cpu.id())).run(cpu);
    }

    private void connectSystemVectors(InterruptController controller) {
        var vectors = controller.vectors();
        irqs.setSystemHandler(
                vectors.reschedule(),
                cpu -> cpu.scheduler().drainWakeList(),
                Tracepoint.RESCHEDULE_ENTRY,
                Tracepoint.RESCHEDULE_EXIT);
        // First: where one vector stands for both, it is shown as the other.
        irqs.setSystemHandler(
                vectors.callFunction(),
                new FunctionCallHandler(calls),
                Tracepoint.CALL_FUNCTION_ENTRY,
                Tracepoint.CALL_FUNCTION_EXIT);
        irqs.setSystemHandler(
                vectors.callFunctionSingle(),
                new FunctionCallHandler(calls),
                Tracepoint.CALL_FUNCTION_SINGLE_ENTRY,
                Tracepoint.CALL_FUNCTION_SINGLE_EXIT);
        irqs.setSystemHandler(
                vectors.localTimer(),
                cpu -> {
                    timer(cpu.id()).interrupt();
                    cpu.scheduler().tick();
                    irqs.core().tick(cpu);
                    workqueues().tick(cpu);
                },
                Tracepoint.LOCAL_TIMER_ENTRY,
                Tracepoint.LOCAL_TIMER_EXIT);
        irqs.setSystemHandler(
                vectors.irqWork(),
                calls::runIrqWork,
                Tracepoint.IRQ_WORK_ENTRY,
                Tracepoint.IRQ_WORK_EXIT);
    }

    /**
     * Sets what a softirq vector does on every CPU; TASKLET and HI serve the tasklets. Before the
     * start.
     */
    public void setSoftirqAction(SoftirqVector vector, SoftirqAction action) {
        softirqActions.set(vector, action);
    }

    /** Has {@code action} run before what {@code vector} does already. Before the start. */
    public void addSoftirqActionFirst(SoftirqVector vector, SoftirqAction action) {
        softirqActions.addFirst(vector, action);
    }

    /** Adds something that another CPU takes over when one goes. Before the start. */
    public void addTakeOver(SoftirqTakeOver takeOver) {
        takeOvers.add(takeOver);
    }

    /**
     * Moves what waits for softirqs of CPU {@code dead} to {@code live}: tasklets, polls,
     * completions. The holder of {@code dead} does nothing with them any more, and {@code live} has
     * seen all that it did.
     *
     * @see "Linux kernel/softirq.c, takeover_tasklets: CPUHP_SOFTIRQ_DEAD and its sisters"
     */
    public void takeOverSoftirqs(int dead, KernelCpu live) {
        takeOvers.forEach(each -> each.takeOver(dead, live));
    }

    /**
     * Makes a task that starts on {@code cpu} when it is first woken; interrupt threads are made by
     * {@link #irqs()}.
     */
    public Task newTask(
            int cpu, String name, TaskPolicy policy, boolean kernelThread, Consumer<Task> body) {
        return newTask(cpu, new Task.TaskSpec(name, newPid(), policy, kernelThread), body);
    }

    /** As above, with a pid of the caller's choice. */
    public Task newTask(int cpu, Task.TaskSpec spec, Consumer<Task> body) {
        Task task = smp.cpu(cpu).scheduler().newTask(spec, body);
        tasks.add(task);
        return task;
    }

    /** Returns a pid that no task of this machine has. */
    public int newPid() {
        return tasks.newPid();
    }

    /** Starts every thread and gives each CPU to its idle task. */
    public void start() {
        if (tasks.started()) {
            throw new IllegalStateException("a machine starts once");
        }
        if (closed) {
            throw new IllegalStateException("the machine was closed before it was started");
        }
        tasks.begin();
        smp.start();
        tasks.start();
        for (CpuParts part : parts) {
            part.idleTask.thread().start();
            part.idleTask.thread().give();
        }
    }

    /**
     * Stops all CPUs and ends all threads. Work that is pending stays undone.
     *
     * @throws IllegalStateException if the machine's own code failed, with the cause
     */
    @Override
    public void close() {
        closed = true;
        if (!tasks.started()) {
            return;
        }
        smp.stop();
        boolean ended = true;
        for (CpuParts part : parts) {
            ended &= part.idleTask.thread().join(STOP_MILLIS);
        }
        for (Task task : tasks.all()) {
            ended &= task.thread().join(ended ? STOP_MILLIS : 1);
        }
        if (smp.failure() != null) {
            throw new IllegalStateException("machine failed", smp.failure());
        }
        if (!ended) {
            throw new IllegalStateException("machine did not stop within " + STOP_MILLIS + " ms");
        }
    }

    public int cpus() {
        return smp.count();
    }

    public KernelCpu cpu(int id) {
        return smp.cpu(id);
    }

    public Smp smp() {
        return smp;
    }

    public InterruptController controller() {
        return smp.controller();
    }

    public IrqTable irqs() {
        return irqs;
    }

    /** Returns the calls from CPU to CPU. */
    public CrossCalls calls() {
        return calls;
    }

    /** Returns what this machine's locks are made with. */
    public Locking locking() {
        return locking;
    }

    public Lockdep lockdep() {
        return locking.lockdep();
    }

    public PriorityInheritance inheritance() {
        return locking.inheritance();
    }

    public Softirqs softirqs(int cpu) {
        return parts[cpu].softirqs;
    }

    /** Returns what disables and kills tasklets. */
    public TaskletControl taskletControl() {
        return taskletControl;
    }

    public Tasklets tasklets(int cpu) {
        return parts[cpu].tasklets;
    }

    public Tasklets highTasklets(int cpu) {
        return parts[cpu].highTasklets;
    }

    /** Returns what programs the timer of one CPU. */
    public ClockEvents timer(int cpu) {
        return parts[cpu].timer;
    }

    /** Returns the kernel's timers of one CPU, beside the tick. */
    public CpuTimers timers(int cpu) {
        return parts[cpu].timers;
    }

    /** Returns the NMI entry of one CPU; its line is {@code cpu(id).hw().nmi()}. */
    public NmiDispatch nmis(int cpu) {
        return parts[cpu].nmis;
    }

    public Workqueues workqueues() {
        return workqueues;
    }

    /** Returns the names that tracepoints carry as numbers. */
    public NameTable names() {
        return names;
    }

    /** Returns all tasks but the idle ones: for traces and displays. */
    public List<Task> tasks() {
        return List.copyOf(tasks.all());
    }

    /** Returns how long {@code cpu} was idle, ns. After the machine has stopped. */
    public long idleNs(int cpu) {
        return parts[cpu].idleLoop.idleNs();
    }
}
