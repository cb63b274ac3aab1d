package org.irqlab.kernel.sched;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.kernel.path.KernelPath;

import java.util.function.Consumer;

/**
 * Chooses who holds the baton of one CPU: real-time FIFO before fair before idle.
 *
 * <p>Only this CPU's holder touches its run queue. A wake from another CPU travels through the
 * {@link WakeList} and an interrupt.
 *
 * <p>SIMPLIFIED: a task that is in a run queue stays on that CPU until it sleeps; there is no load
 * balancing.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/sched/core.c, __schedule and try_to_wake_up"
 */
public final class CpuScheduler {
    // States in sched_switch besides a sleeper's own.
    static final char RUNNABLE = 'R';
    private static final char DEAD = 'X';

    private final KernelCpu cpu;
    private final Smp smp;
    private final PreemptModel model;
    private final RunQueue queue;
    private final RunQueueClock clock;
    final RemoteWakes remoteWakes;
    final PolicyChanges policyChanges;
    private final TaskLife life;
    private WakePlacementPolicy placement = WakePlacementPolicy.PREVIOUS_CPU;
    private Task idle;
    private Task current;
    private boolean needResched;
    private boolean idleWasWoken;
    private Task leavesIdle;
    private long switches;

    CpuScheduler(KernelCpu cpu, Smp smp, SchedulerSettings settings) {
        this.cpu = cpu;
        this.smp = smp;
        model = settings.preempt();
        queue = new RunQueue(settings, smp.count());
        clock = new RunQueueClock(cpu);
        remoteWakes = new RemoteWakes(cpu);
        policyChanges = new PolicyChanges(cpu, queue, clock);
        life = new TaskLife(cpu, this);
    }

    /**
     * Makes a task of this CPU, asleep; {@code body} runs in its thread once it is woken. Before
     * the machine starts.
     */
    public Task newTask(Task.TaskSpec spec, Consumer<Task> body) {
        return new Task(cpu, spec, body);
    }

    /** Sets who runs when nobody else wants to: the CPU's own thread. Before the machine starts. */
    public void setIdle(Task idle) {
        this.idle = idle;
        current = idle;
        idle.sleep().enqueued();
    }

    /** Sets which CPU a woken task goes to. Before the machine starts. */
    public void setPlacement(WakePlacementPolicy placement) {
        this.placement = placement;
    }

    public Task current() {
        return current;
    }

    /** Returns what begins and ends this CPU's tasks. */
    public TaskLife life() {
        return life;
    }

    boolean idle(Task task) {
        return task == idle;
    }

    /** Returns whether a task runs that has not announced a sleep. */
    @HotPath
    boolean runningTask() {
        return current != idle && !current.sleep().announced();
    }

    void requestResched() {
        needResched = true;
    }

    public boolean needResched() {
        return needResched;
    }

    /** Returns whether a task runs, not the idle one, and no other wants the CPU. */
    @HotPath
    boolean aloneOnCpu() {
        return current != idle && queue.size() <= 1;
    }

    /** Returns how often this CPU switched tasks. */
    public long switches() {
        return switches;
    }

    /**
     * Wakes {@code task}, from any context of this CPU.
     *
     * <p>A full barrier: what the caller wrote before is seen by the task, or it is seen asleep.
     *
     * @return whether this call woke it; false when it was awake, or another wake is on its way
     */
    @HotPath
    public boolean wake(Task task) {
        if (smp.stopping()) {
            // Nobody runs again, and the tasks are being taken apart.
            return false;
        }
        SleepState.Wake wake = task.sleep().tryWake();
        if (wake == SleepState.Wake.NOT_NEEDED) {
            return false;
        }
        if (wake == SleepState.Wake.STAYS_AWAKE) {
            SchedEvents.waking(cpu, task, task.cpu().id());
            SchedEvents.wakeup(cpu, task, task.cpu().id());
        } else {
            placeWoken(task, wake == SleepState.Wake.WON_DELAYED);
            cpu.preemptIfDue();
        }
        return true;
    }

    private void placeWoken(Task task, boolean delayed) {
        // Still in that CPU's hands, or in its fair queue, so that only it can take the task in; or
        // the task must not leave it.
        boolean bound = delayed || task.sleep().onCpu() || task.pinned();
        int target = bound ? task.cpu().id() : placement.select(task, cpu);
        SchedEvents.waking(cpu, task, target);
        if (target == cpu.id()) {
            task.setCpu(cpu);
            task.remoteWake = false;
            activate(task);
            return;
        }
        RemoteWakes.send(task, smp.cpu(target));
    }

    /** The interrupt that brings what other CPUs woke has come, and its first event has not. */
    @HotPath
    public void wakeListArrives() {
        remoteWakes.interruptBegins(current == idle);
    }

    /**
     * Takes in what other CPUs woke for this one: what the function call asks for with which they
     * interrupt it. Interrupts off.
     */
    @HotPath
    public void drainWakeList() {
        needResched |= smp.stopping();
        policyChanges.drain();
        Task task = remoteWakes.next(current == idle);
        while (task != null) {
            activate(task);
            task = remoteWakes.next(current == idle);
        }
    }

    private void activate(Task task) {
        if (!task.remoteWake) {
            cpu.pathClock()
                    .burnPath(
                            KernelPath.LOCAL_WAKE,
                            cpu.paths().localWakeNs(current == idle, task.sinceRanNs()));
        }
        long now = clock.readNs();
        queue.enqueue(task, now);
        task.sleep().enqueued();
        // After that store; pairs with PolicyChanges.want().
        policyChanges.apply(task);
        if (current == idle) {
            idleWasWoken = task.remoteWake;
            needResched = true;
        } else if (queue.preempts(task, current, needResched, now)) {
            needResched = true;
            clock.preemptedBy(now);
        }
        SchedEvents.wakeup(cpu, task, cpu.id());
    }

    /** The scheduler's part of the tick. Hardirq context. */
    public void tick() {
        if (queue.tick(clock.readNs())) {
            needResched = true;
        }
    }

    /**
     * Gives the CPU to whoever should have it; a caller that has announced a sleep sleeps. Task
     * context, nothing disabled: anything else is reported.
     *
     * <p>The caller may find itself on another CPU: ask {@link Task#cpu()} afterwards.
     */
    public void schedule() {
        if (cpu.atomic() || current == idle) {
            ContextRules.scheduleInAtomic(cpu);
        } else {
            scheduleTask();
        }
    }

    void scheduleTask() {
        Task self = current;
        boolean irqs = cpu.hw().irqSave();
        boolean slept = self.sleep().announced();
        if (slept) {
            self.hooks().sleeping(self);
        }
        switchAway(slept);
        KernelCpu here = self.cpu();
        here.hw().irqRestore(irqs);
        if (slept) {
            self.hooks().running(self);
        }
    }

    /**
     * On the way out of an interrupt: switches if the interrupted code may be preempted. Interrupts
     * off.
     */
    @HotPath
    void preemptFromInterrupt() {
        boolean may = smp.stopping() || model.preemptsKernel() || !current.inKernel();
        if (may && current != idle) {
            switchAway(false);
        }
    }

    /** The preempt count has become zero in kernel code. Interrupts on. */
    @HotPath
    void preemptPoint() {
        if (model.preemptsKernel() && current != idle) {
            reschedulePoint();
        }
    }

    /** The caller may sleep here: where preemption is voluntary, that is a point, too. */
    @HotPath
    void voluntaryPoint() {
        if (needResched && model == PreemptModel.VOLUNTARY) {
            reschedulePoint();
        }
    }

    /**
     * A point at which any preemption model reschedules: return to user mode, or a voluntary one.
     * Task context.
     */
    @HotPath
    public void reschedulePoint() {
        if (needResched && cpu.atomic()) {
            ContextRules.noVoluntarySwitch(cpu);
        } else if (needResched) {
            boolean irqs = cpu.hw().irqSave();
            switchAway(false);
            // A task that was preempted, not asleep, is still on this CPU.
            cpu.hw().irqRestore(irqs);
        }
    }

    /** Chooses and hands over; returns when the calling task is chosen again. Interrupts off. */
    private void switchAway(boolean mayBlock) {
        Task self = current;
        if (Checks.ON) {
            Checks.invariant(!cpu.atomic(), "I-25: switch with preemption off");
        }
        needResched = false;
        if (!smp.callsPending(cpu.id())) {
            drainWakeList();
        }
        long now = clock.atSwitchNs();
        boolean blocks = mayBlock && self.sleep().announced();
        if (blocks) {
            queue.dequeue(self, now);
        }
        Task next = queue.pick(now);
        if (next != self || smp.stopping()) {
            queue.putPrevious(now);
            if (blocks && !self.sleep().publishAsleep(self.entity().onQueue())) {
                blocks = false;
                queue.enqueue(self, now);
                next = queue.pick(now);
            }
            if (next == null || smp.stopping()) {
                next = idle;
            }
            if (self == idle && next != idle) {
                needResched = false;
                switchFromIdle(next);
                return;
            }
            queue.setNext(next, now);
        }
        needResched = false;
        if (next != self) {
            boolean ends = self == idle || blocks;
            long pathNs = ends ? 0 : cpu.paths().switchNs(next.sinceRanNs());
            switchTo(self, next, blocks ? self.sleepLetter : RUNNABLE, pathNs);
        }
    }

    /** Hands over at once: the way out of idle is long enough to hide that, and is next's to go. */
    private void switchFromIdle(Task next) {
        leavesIdle = next;
        idle.contextCount = cpu.preemptCount();
        idle.thread().handOverTo(next.thread());
        resumed(idle);
    }

    /** Spends the way out of idle, for which nobody is charged, and begins the turn behind it. */
    private void leaveIdle(Task next) {
        leavesIdle = null;
        long ownNs = next.idleExitNs();
        long pathNs = ownNs >= 0 ? ownNs : cpu.paths().idleExitNs(idleWasWoken);
        cpu.pathClock().burnPath(KernelPath.IDLE_EXIT, pathNs);
        queue.setNext(next, clock.atSwitchNs());
        beginTurn(idle, next, RUNNABLE);
    }

    /** The hand-over is part of the path: its event has the time of the path's end. */
    void switchTo(Task self, Task next, char letter, long pathNs) {
        cpu.pathClock().aheadOfPath(pathNs);
        beginTurn(self, next, letter);
        self.contextCount = cpu.preemptCount();
        self.sleep().leavesCpu();
        self.thread().handOverTo(next.thread());
        self.cpu().scheduler().resumed(self);
        if (letter == RUNNABLE && self != idle) {
            cpu.hw().resumed(self.switchedInNs(), self.returnNs());
        }
    }

    private void beginTurn(Task self, Task next, char letter) {
        switches++;
        cpu.hw().setAlone(false);
        // Seen from the task that leaves, as in the kernel.
        SchedEvents.switching(cpu, self, letter, next);
        current = next;
        next.sleep().entersCpu();
        cpu.enterTime(next == idle ? CpuTimes.Kind.IDLE : CpuTimes.Kind.TASK);
        next.setSwitchedInNs(cpu.pathClock().markNs());
    }

    void resumed(Task self) {
        self.thread().pinTo(cpu.hw().hostCore());
        cpu.hw().tookBaton();
        // The switcher had interrupts off; so have we until our caller restores its own flag.
        cpu.hw().irqDisable();
        if (self == leavesIdle) {
            leaveIdle(self);
        } else {
            cpu.pathClock().awaitPathEnd();
        }
        cpu.resumeContext(self.contextCount);
        if (Checks.ON) {
            Checks.invariant(
                    current == self,
                    "baton held by " + self.name() + " is " + current.name() + "'s");
        }
        if (self.killed) {
            throw new TaskExit();
        }
    }

    /** Returns whether the idle task has the CPU. */
    boolean idling() {
        return current == idle;
    }

    /** A task has ended: the CPU is another's. Interrupts off. */
    void handOverForGood(Task dead) {
        Task next = null;
        try {
            next = smp.stopping() ? null : queue.nextAfter(dead, clock.readNs());
        } catch (RuntimeException e) {
            // Whatever is wrong, the CPU must not stay without a holder.
            smp.fail(e);
        }
        needResched = false;
        Task heir = next == null ? idle : next;
        beginTurn(dead, heir, DEAD);
        heir.thread().give();
    }
}
