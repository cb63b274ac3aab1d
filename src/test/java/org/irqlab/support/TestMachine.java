package org.irqlab.support;

import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqAction;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.function.Consumer;

/**
 * A small machine that runs: unpinned virtual CPUs that halt when idle, a fake controller, real
 * scheduler and softirqs.
 *
 * <p>Build it, add tasks, {@link #start}, wait for what the test waits for, {@link #close}. A
 * failure in any guest thread makes close fail.
 */
public final class TestMachine implements AutoCloseable {
    private static final long JOIN_MILLIS = 10_000;

    private static final int RING_EVENTS = 1 << 15;
    private static final long TICK_NS = 4_000_000;

    private final FakeInterruptController controller;
    private final Smp smp;
    private final KernelCpu[] cpus;
    private final Softirqs[] softirqs;
    private final SleepTimer[] timers;
    private final Task[] idle;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> wokenAtStart = new ArrayList<>();
    private final SoftirqAction[] actions = new SoftirqAction[SoftirqVector.count()];
    private final ConcurrentHashMap<Integer, Consumer<KernelCpu>> handlers =
            new ConcurrentHashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Phaser allIdle;
    private int nextPid = 100;
    private volatile boolean stopping;

    public TestMachine(int count) {
        this(count, SchedulerSettings.linux618(), PathModel.NONE);
    }

    public TestMachine(int count, SchedulerSettings settings, PathModel paths) {
        controller = new FakeInterruptController(count);
        smp = new Smp(controller);
        cpus = new KernelCpu[count];
        softirqs = new Softirqs[count];
        timers = new SleepTimer[count];
        idle = new Task[count];
        allIdle = new Phaser(count);
        for (int i = 0; i < count; i++) {
            makeCpu(i, settings, paths);
        }
    }

    private void makeCpu(int id, SchedulerSettings settings, PathModel paths) {
        var hw =
                new VirtualCpu(
                        id,
                        GuestThread.ANY_CORE,
                        controller.port(id),
                        controller.haltLine(id),
                        new NoiseMeter(NoiseMeter.DEFAULT_STEAL_NS));
        var cpu = new KernelCpu(hw, smp, settings, paths, new TraceRing(RING_EVENTS));
        cpus[id] = cpu;
        softirqs[id] = new Softirqs(cpu, actions, TICK_NS, nextPid++);
        tasks.add(softirqs[id].ksoftirqd());
        timers[id] = new SleepTimer(cpu);
        hw.addDevice(timers[id]);
        cpu.connect(this::dispatch, softirqs[id]);
        var spec = new Task.TaskSpec("cpu/" + id, 0, TaskPolicy.NORMAL, true);
        idle[id] = cpu.scheduler().newTask(spec, self -> idleLoop(cpu));
        cpu.scheduler().setIdle(idle[id]);
    }

    private void dispatch(KernelCpu cpu, int vector) {
        if (vector == controller.vectors().reschedule()) {
            cpu.scheduler().drainWakeList();
        } else if (vector == controller.vectors().localTimer()) {
            timers[cpu.id()].interrupt();
        } else {
            handlers.get(vector).accept(cpu);
        }
        cpu.hw().port().endOfInterrupt();
    }

    private void idleLoop(KernelCpu cpu) {
        for (Task task : wokenAtStart) {
            if (task.cpu() == cpu) {
                cpu.scheduler().wake(task);
            }
        }
        while (true) {
            cpu.hw().poll();
            if (cpu.scheduler().needResched()) {
                cpu.scheduler().reschedulePoint();
            } else if (stopping) {
                break;
            } else {
                cpu.hw().halt();
            }
        }
        // Nothing runs any more anywhere, so no task moves.
        allIdle.arriveAndAwaitAdvance();
        cpu.hw().irqDisable();
        for (Task task : tasks) {
            if (task.cpu() == cpu) {
                cpu.scheduler().kill(task);
            }
        }
    }

    public Smp smp() {
        return smp;
    }

    public KernelCpu cpu(int id) {
        return cpus[id];
    }

    public Softirqs softirqs(int cpu) {
        return softirqs[cpu];
    }

    /** Sets what a softirq vector does. Before the start. */
    public void onSoftirq(SoftirqVector vector, SoftirqAction action) {
        actions[vector.ordinal()] = action;
    }

    /** Sets what a device vector does. Before it is fired. */
    public void onInterrupt(int vector, Consumer<KernelCpu> handler) {
        handlers.put(vector, handler);
    }

    /** Fires a device vector. Any thread. */
    public void fire(int cpu, int vector) {
        controller.port(cpu).accept(vector);
    }

    /** Runs {@code work} in an interrupt of {@code cpu} and waits for it. From outside. */
    public void inInterrupt(int cpu, Consumer<KernelCpu> work) throws InterruptedException {
        var done = new CountDownLatch(1);
        int vector = controller.vectors().firstDevice();
        onInterrupt(
                vector,
                here -> {
                    work.accept(here);
                    done.countDown();
                });
        fire(cpu, vector);
        done.await();
    }

    /** Adds a task that starts with the machine. Before the start. */
    public Task task(int cpu, String name, Consumer<Task> body) {
        return task(cpu, name, TaskPolicy.NORMAL, body);
    }

    /** Adds a task that starts with the machine. Before the start. */
    public Task task(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        var spec = new Task.TaskSpec(name, nextPid++, policy, true);
        Task task = cpus[cpu].scheduler().newTask(spec, body);
        task.setWantedCpu(cpu);
        tasks.add(task);
        wokenAtStart.add(task);
        return task;
    }

    /** Adds tasks that sleep until somebody wakes them. Before the start. */
    public void add(List<Task> sleeping) {
        tasks.addAll(sleeping);
    }

    /** Returns process ids that no task of this machine has yet. */
    public int takePids(int count) {
        int first = nextPid;
        nextPid += count;
        return first;
    }

    public TestMachine start() {
        for (Task task : tasks) {
            task.thread().start();
        }
        for (Task task : idle) {
            task.thread().start();
            task.thread().give();
        }
        return this;
    }

    /** Puts the calling task to sleep for {@code ns}. */
    public void sleep(Task self, long ns) {
        long deadlineNs = HostClock.nowNs() + ns;
        KernelCpu cpu = self.cpu();
        boolean irqs = cpu.hw().irqSave();
        timers[cpu.id()].add(deadlineNs, self);
        cpu.hw().irqRestore(irqs);
        while (true) {
            self.prepareToSleep('S');
            if (HostClock.nowNs() >= deadlineNs) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }

    /** Notes a failure of guest code; {@link #close} throws it. Any thread. */
    public void failed(Throwable failure) {
        synchronized (failures) {
            failures.add(failure);
        }
    }

    /** Stops the machine once all its CPUs are idle, and waits until every thread has ended. */
    @Override
    public void close() {
        stopping = true;
        for (KernelCpu cpu : cpus) {
            fire(cpu.id(), controller.vectors().reschedule());
        }
        for (Task task : idle) {
            task.thread().join(JOIN_MILLIS);
        }
        for (Task task : tasks) {
            task.thread().join(JOIN_MILLIS);
        }
        synchronized (failures) {
            if (!failures.isEmpty()) {
                throw new AssertionError(
                        failures.size() + " failures in guest code", failures.get(0));
            }
        }
    }
}
