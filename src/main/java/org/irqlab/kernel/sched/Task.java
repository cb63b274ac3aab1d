package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.GuestThread;

import java.util.function.Consumer;

/**
 * One schedulable thread of the machine, on a platform thread of its own.
 *
 * <p><b>Sleeping.</b> A task sets its state, tests its condition, and schedules; a waker makes the
 * condition true and wakes. One of them sees the other; {@link SleepState} says why:
 *
 * <pre>{@code
 * task.prepareToSleep('S');
 * if (condition) task.finishSleep();
 * else task.cpu().scheduler().schedule();
 * }</pre>
 *
 * <p><b>Threads.</b> {@link SleepState} by any holder; the rest by the holder of the task's CPU.
 *
 * @see "Linux kernel/sched/core.c, try_to_wake_up; include/linux/sched.h"
 */
public final class Task {
    private final String name;
    private final int pid;
    private final boolean kernelThread;
    private final GuestThread thread;
    private final TaskEntity entity;
    private final SleepState sleep = new SleepState();

    // Written by the winner of a wake, then by the holder of that CPU.
    private KernelCpu cpu;
    boolean remoteWake;

    // Whoever boosts the task; read by the holder of its CPU. PolicyChanges says how they agree.
    private volatile TaskPolicy wantedPolicy;

    // Guarded by the machine's priority inheritance; others may be late.
    private volatile TaskPolicy normalPolicy;

    // Waker, then the owner of the wake list.
    Task wakeNext;
    long wokenNs;

    // Owner of the wake list.
    long arrivesNs;

    // Holder of the task's CPU.
    Task rtNext;
    Task rtPrevious;
    RunQueue queue;
    boolean killed;
    // The preempt count with which the task left its CPU: on PREEMPT_RT bottom halves may be off.
    int contextCount;
    private int pins;
    char sleepLetter = 'S';
    private SleepHooks hooks = SleepHooks.NONE;
    private int wantedCpu = -1;
    private long idleExitNs = -1;
    private long remoteWakeNs = -1;
    private long returnNs;
    private long switchedInNs;
    private boolean inSyscall;
    private TaskPolicy policy;
    private TaskLocks locks = TaskLocks.NONE;
    private boolean everWoken;

    Task(KernelCpu cpu, TaskSpec spec, Consumer<Task> body) {
        this.cpu = cpu;
        name = spec.name();
        pid = spec.pid();
        policy = spec.policy();
        normalPolicy = policy;
        wantedPolicy = policy;
        kernelThread = spec.kernelThread();
        entity = new TaskEntity(this, policy.nice());
        thread = new GuestThread(name, () -> cpu().scheduler().life().run(this, body));
    }

    public String name() {
        return name;
    }

    public int pid() {
        return pid;
    }

    /** Returns the policy with which the task competes now: boosted while others wait for it. */
    public TaskPolicy policy() {
        return policy;
    }

    void setPolicy(TaskPolicy policy) {
        this.policy = policy;
    }

    /** Returns the task's own policy, whatever it competes with now. */
    public TaskPolicy normalPolicy() {
        return normalPolicy;
    }

    /** Sets that policy; see {@code PriorityInheritance.setPolicy}, which makes it act. */
    public void setNormalPolicy(TaskPolicy policy) {
        normalPolicy = policy;
    }

    /**
     * The task stays on its CPU, also when it sleeps, until it is {@link #unpin unpinned}; nests.
     */
    @HotPath
    public void pin() {
        pins++;
    }

    @HotPath
    public void unpin() {
        pins--;
    }

    @HotPath
    boolean pinned() {
        return pins != 0;
    }

    /**
     * Sets with what policy and priority the task competes from now on, wherever it is; on another
     * CPU than the caller's, from that CPU's next interrupt on. By one caller at a time.
     *
     * @param from the caller's CPU
     */
    public void compete(TaskPolicy policy, KernelCpu from) {
        PolicyChanges.want(this, policy, from);
    }

    TaskPolicy wantedPolicy() {
        return wantedPolicy;
    }

    void setWantedPolicy(TaskPolicy policy) {
        wantedPolicy = policy;
    }

    /** Returns what is known of the locks that the task holds. */
    @HotPath
    public TaskLocks locks() {
        return locks;
    }

    /** Sets who keeps book of the task's locks. The task itself. */
    public void setLocks(TaskLocks locks) {
        this.locks = locks;
    }

    public boolean kernelThread() {
        return kernelThread;
    }

    public GuestThread thread() {
        return thread;
    }

    TaskEntity entity() {
        return entity;
    }

    /**
     * Returns how much CPU time the task has been charged, up to the last tick or switch, ns; fair
     * class only. On its CPU.
     */
    public long cpuNs() {
        return entity.sumExecNs();
    }

    /** Returns whether the task has never been woken before this call. */
    boolean firstWake() {
        boolean first = !everWoken;
        everWoken = true;
        return first;
    }

    @HotPath
    SleepState sleep() {
        return sleep;
    }

    /** Returns the CPU on which the task runs, or ran last; it may be another after every sleep. */
    public KernelCpu cpu() {
        return cpu;
    }

    void setCpu(KernelCpu cpu) {
        this.cpu = cpu;
    }

    /** Returns the host time of the last switch to this task. */
    public long switchedInNs() {
        return switchedInNs;
    }

    void setSwitchedInNs(long ns) {
        switchedInNs = ns;
    }

    public SleepHooks hooks() {
        return hooks;
    }

    /** Sets who is told of this task's sleeps. Before the task is first woken. */
    public void setHooks(SleepHooks hooks) {
        this.hooks = hooks;
    }

    /**
     * Names the CPU of the next wake-ups, or −1 for the scheduler's choice. The waker, before it
     * wakes.
     */
    public void setWantedCpu(int cpu) {
        wantedCpu = cpu;
    }

    /**
     * Sets how long the next way out of idle to this task takes, ns, or −1 for what the {@link
     * org.irqlab.kernel.path.PathModel} says. The waker, before it wakes.
     */
    public void setIdleExitNs(long ns) {
        idleExitNs = ns;
    }

    /** Returns how long ago its last turn began, ns. */
    @HotPath
    long sinceRanNs() {
        return HostClock.nowNs() - switchedInNs;
    }

    long idleExitNs() {
        return idleExitNs;
    }

    /**
     * Sets how long the next wake from another CPU takes to this task's idle one, ns, or −1 for
     * what the {@link org.irqlab.kernel.path.PathModel} says. The waker, before it wakes.
     */
    public void setRemoteWakeNs(long ns) {
        remoteWakeNs = ns;
    }

    long remoteWakeNs() {
        return remoteWakeNs;
    }

    /**
     * Sets what it costs the task to go on after each preemption, beyond the switch itself, ns.
     * Before the machine starts.
     */
    public void setReturnNs(long ns) {
        returnNs = ns;
    }

    long returnNs() {
        return returnNs;
    }

    int wantedCpu() {
        return wantedCpu;
    }

    /**
     * Announces a sleep, before the condition is tested.
     *
     * @param letter how the sleep shows in sched_switch: S interruptible, D not, I idle worker
     */
    @HotPath
    public void prepareToSleep(char letter) {
        sleepLetter = letter;
        sleep.announce();
    }

    /** Takes the announcement back: the condition was true. */
    @HotPath
    public void finishSleep() {
        sleep.cancel();
    }

    /** Returns whether the task executes kernel code, where only full preemption acts. */
    @HotPath
    public boolean inKernel() {
        return kernelThread || inSyscall;
    }

    /** Enters or leaves kernel code; leaving is followed by a reschedule point. The task itself. */
    public void setInSyscall(boolean in) {
        inSyscall = in;
    }

    /** Returns whether the task is asleep: racy, for displays and for choices that may be wrong. */
    public boolean asleep() {
        return sleep.asleep();
    }

    /** Returns whether it sleeps so that only its wake ends that: racy, for displays. */
    public boolean asleepUninterruptibly() {
        return sleepLetter == 'D' && asleep();
    }

    /**
     * Returns whether the task runs or is to run: neither asleep nor about to sleep. Exact for a
     * task that only its own CPU wakes, on that CPU; racy elsewhere.
     */
    @HotPath
    public boolean runnable() {
        return sleep.runnable();
    }

    /**
     * What a task is made of.
     *
     * @param kernelThread never returns to user mode, so that without kernel preemption it runs
     *     until it blocks
     */
    public record TaskSpec(String name, int pid, TaskPolicy policy, boolean kernelThread) {}
}
