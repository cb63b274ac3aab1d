package org.irqlab.support;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A small machine for tests: unpinned virtual CPUs with local APICs, an interrupt that runs what
 * the test wants, and tasks that can sleep for a time.
 *
 * <p>Build it, add tasks, {@link #start}, wait for what the test waits for, {@link #close}. A
 * failure in guest code makes close fail.
 */
public final class TestMachine implements AutoCloseable {
    private static final int CALL_VECTOR = 0x30;
    private static final int SLEEP_VECTOR = 0x31;
    private static final int SGIS = 16;
    private static final int CALL_SGI = 8;
    private static final int SLEEP_SGI = 9;

    private final Machine machine;
    private final int callVector;
    private final SleepTimer[] timers;
    private final AtomicReference<Consumer<KernelCpu>> call = new AtomicReference<>();
    private final List<Task> wokenAtStart = new ArrayList<>();

    public TestMachine(int cpus) {
        this(MachineSpec.unpinned(cpus));
    }

    public TestMachine(MachineSpec spec) {
        this(spec, ApicController::new);
    }

    /** A machine with a GICv3 and its translation service. */
    public static TestMachine arm64(int cpus) {
        return new TestMachine(MachineSpec.unpinned(cpus), GicMachine::asLinuxLeavesIt);
    }

    /** A machine with another controller: x86 or arm64, as its vectors are. */
    public TestMachine(
            MachineSpec spec, Function<List<HaltLine>, InterruptController> newController) {
        var halts = new ArrayList<HaltLine>();
        for (int i = 0; i < spec.cpus(); i++) {
            halts.add(new HaltLine());
        }
        InterruptController controller = newController.apply(halts);
        boolean arm64 = controller.vectors().reschedule() < SGIS;
        callVector = arm64 ? CALL_SGI : CALL_VECTOR;
        int sleepVector = arm64 ? SLEEP_SGI : SLEEP_VECTOR;
        machine = new Machine(spec, controller, halts, IdleListener.NONE);
        timers = new SleepTimer[spec.cpus()];
        for (int i = 0; i < spec.cpus(); i++) {
            timers[i] = new SleepTimer(machine.cpu(i), sleepVector);
            machine.cpu(i).hw().addDevice(timers[i]);
        }
        machine.irqs().setSystemHandler(callVector, cpu -> call.get().accept(cpu), null, null);
        machine.irqs()
                .setSystemHandler(sleepVector, cpu -> timers[cpu.id()].interrupt(), null, null);
    }

    /** The machine itself, to be furnished before the start. */
    public Machine machine() {
        return machine;
    }

    public KernelCpu cpu(int id) {
        return machine.cpu(id);
    }

    /** Adds a task that runs from the start. Before the start. */
    public Task task(int cpu, Task.TaskSpec spec, Consumer<Task> body) {
        Task task = machine.newTask(cpu, spec, body);
        task.setWantedCpu(cpu);
        wokenAtStart.add(task);
        return task;
    }

    /** Adds a kernel thread that runs from the start. Before the start. */
    public Task kernelThread(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        return task(cpu, new Task.TaskSpec(name, machine.newPid(), policy, true), body);
    }

    /** Adds a user task that runs from the start. Before the start. */
    public Task userTask(int cpu, String name, Consumer<Task> body) {
        return task(cpu, new Task.TaskSpec(name, machine.newPid(), TaskPolicy.NORMAL, false), body);
    }

    /** Adds a kernel thread that sleeps until it is woken. Before the start. */
    public Task sleeper(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        return machine.newTask(cpu, name, policy, true, body);
    }

    public TestMachine start() {
        machine.start();
        for (Task task : wokenAtStart) {
            inInterrupt(task.cpu().id(), cpu -> cpu.scheduler().wake(task));
        }
        return this;
    }

    /**
     * Runs {@code work} in an interrupt of {@code cpu} and waits for it. By one thread that is not
     * of the machine.
     */
    public void inInterrupt(int cpu, Consumer<KernelCpu> work) {
        var done = new CountDownLatch(1);
        call.set(here -> {
            // As the handler of a device's line, which may have a thread.
            here.setHardirqThreadable(true);
            work.accept(here);
            here.setHardirqThreadable(false);
            done.countDown();
        });
        machine.controller().sendIpi(cpu, callVector);
        try {
            while (!done.await(1, TimeUnit.MILLISECONDS)) {
                if (machine.smp().failure() != null) {
                    throw new AssertionError("machine failed", machine.smp().failure());
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while cpu=" + cpu + " was to run", e);
        }
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

    /** Stops the machine wherever it is, and waits until every thread has ended. */
    @Override
    public void close() {
        machine.close();
    }
}
