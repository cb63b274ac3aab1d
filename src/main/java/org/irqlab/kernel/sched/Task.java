package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.hw.cpu.GuestThread;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * One schedulable thread of the machine, on a platform thread of its own.
 *
 * <p><b>Sleeping.</b> A task sets its state, tests its condition, and schedules; a waker makes the
 * condition true and wakes. Both sides have a full fence between their store and their load, so one
 * of them sees the other:
 *
 * <pre>{@code
 * task.prepareToSleep();               // pairs with the fence in CpuScheduler.wake()
 * if (condition) task.finishSleep();
 * else task.cpu().scheduler().schedule();
 * }</pre>
 *
 * <p><b>Threads.</b> State by any thread, through STATE; the rest by the holder of the task's CPU.
 *
 * @see "Linux kernel/sched/core.c, try_to_wake_up; include/linux/sched.h"
 */
public final class Task {
    /** Runs or waits in a run queue. */
    static final int RUNNING = 0;

    /** Still on its CPU, about to sleep. */
    static final int SLEEPING = 1;

    /** Off every run queue. */
    static final int ASLEEP = 2;

    /** Asleep, but left in the fair queue until its lag is used up. */
    static final int DELAYED = 3;

    /** Somebody has won the wake; on its way into a run queue. */
    static final int WAKING = 4;

    static final int DEAD = 5;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Task.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final int pid;
    private final TaskPolicy policy;
    private final boolean kernelThread;
    private final GuestThread thread;
    private final TaskEntity entity;

    // Any thread, through STATE.
    private int state = ASLEEP;

    // Written by the winner of a wake, then by the holder of that CPU.
    private KernelCpu cpu;
    long wokenNs;
    boolean remoteWake;

    // Waker, then the owner of the wake list.
    Task wakeNext;

    // Holder of the task's CPU.
    Task rtNext;
    Task rtPrevious;
    boolean queued;
    boolean killed;
    char sleepLetter = 'S';
    private SleepHooks hooks = SleepHooks.NONE;
    private int wantedCpu = -1;
    private long switchedInNs;
    private boolean inSyscall;
    private boolean everWoken;

    Task(KernelCpu cpu, TaskSpec spec, Consumer<Task> body) {
        this.cpu = cpu;
        name = spec.name();
        pid = spec.pid();
        policy = spec.policy();
        kernelThread = spec.kernelThread();
        entity = new TaskEntity(this, policy.nice());
        thread = new GuestThread(name, () -> cpu().scheduler().runTask(this, body));
    }

    public String name() {
        return name;
    }

    public int pid() {
        return pid;
    }

    public TaskPolicy policy() {
        return policy;
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

    /** Returns whether the task has never been woken before this call. */
    boolean firstWake() {
        boolean first = !everWoken;
        everWoken = true;
        return first;
    }

    /**
     * The fair queue has let go of a sleeper; unless a waker has it already, it is now asleep for
     * everybody.
     */
    void delayEnded() {
        casState(DELAYED, ASLEEP);
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
        // Volatile, hence a full fence before the caller's test; pairs with the fence in
        // CpuScheduler.wake().
        STATE.setVolatile(this, SLEEPING);
        VarHandle.fullFence();
    }

    /** Takes the announcement back: the condition was true. */
    @HotPath
    public void finishSleep() {
        STATE.setVolatile(this, RUNNING);
    }

    @HotPath
    int stateVolatile() {
        return (int) STATE.getVolatile(this);
    }

    @HotPath
    boolean casState(int from, int to) {
        return STATE.compareAndSet(this, from, to);
    }

    @HotPath
    void setState(int to) {
        STATE.setVolatile(this, to);
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
        int now = stateVolatile();
        return now == ASLEEP || now == DELAYED;
    }

    /**
     * What a task is made of.
     *
     * @param kernelThread never returns to user mode, so that without kernel preemption it runs
     *     until it blocks
     */
    public record TaskSpec(String name, int pid, TaskPolicy policy, boolean kernelThread) {}
}
