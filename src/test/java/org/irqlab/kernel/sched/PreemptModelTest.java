package org.irqlab.kernel.sched;

import static org.irqlab.kernel.locking.WaitLevel.CONFIG;
import static org.irqlab.kernel.locking.WaitLevel.SPIN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.locking.SpinLock;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Who is preempted where, under each model: an interrupt wakes a FIFO-80 task while code of some
 * kind runs, which then comes to a point of some kind, and ends.
 */
@Timeout(120)
class PreemptModelTest {
    private static final TaskPolicy URGENT = TaskPolicy.fifo(80);

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private volatile boolean started;
    private volatile boolean woken;

    @ParameterizedTest
    @CsvSource({
        // what runs, then when the urgent task runs under NONE, VOLUNTARY, FULL, RT
        "user, interrupt, interrupt, interrupt, interrupt",
        "syscall, point, point, interrupt, interrupt",
        "kernel, end, end, interrupt, interrupt",
        "cond_resched, point, point, interrupt, interrupt",
        "might_sleep, end, point, interrupt, interrupt",
        "preempt off, end, end, point, point",
        "bh off, end, end, point, interrupt",
        "spin lock, end, end, point, interrupt",
        "raw spin lock, end, end, point, point",
        "softirq, end, end, end, interrupt"
    })
    void runsTheUrgentTask(String what, String none, String voluntary, String full, String rt) {
        String expected = String.join(" ", none, voluntary, full, rt);
        var seen = new StringBuilder();
        for (PreemptModel model : PreemptModel.values()) {
            seen.append(when(what, model)).append(' ');
        }
        assertEquals(expected, seen.toString().strip(), what);
    }

    private String when(String what, PreemptModel model) {
        log.clear();
        started = false;
        woken = false;
        var settings = SchedulerSettings.linux618().withPreempt(model);
        var spec = MachineSpec.unpinned(1).withWorkersPerPool(1).withScheduling(settings);
        try (var m = new TestMachine(spec)) {
            Task urgent = m.sleeper(0, "urgent/0", URGENT, self -> log.add("urgent"));
            if (what.equals("softirq")) {
                softirq(m);
            } else if (what.equals("user") || what.equals("syscall")) {
                m.userTask(0, "low", self -> run(m, self, what));
            } else {
                m.kernelThread(0, "low/0", TaskPolicy.NORMAL, self -> run(m, self, what));
            }
            m.start();
            Threads.await("low runs", () -> started);
            m.inInterrupt(
                    0,
                    cpu -> {
                        cpu.scheduler().wake(urgent);
                        woken = true;
                    });
            Threads.await("all ran", () -> log.size() == 4);
        }
        return where();
    }

    private String where() {
        return switch (List.copyOf(log).indexOf("urgent")) {
            case 0 -> "interrupt";
            case 1 -> "point";
            default -> "end";
        };
    }

    private void softirq(TestMachine m) {
        m.machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        cpu -> {
                            untilWoken(cpu);
                            log.add("after point");
                            log.add("end");
                        });
        m.kernelThread(
                0,
                "raiser/0",
                TaskPolicy.NORMAL,
                self -> {
                    KernelCpu cpu = self.cpu();
                    cpu.bhDisable();
                    m.machine().softirqs(0).raise(SoftirqVector.BLOCK);
                    cpu.bhEnable();
                });
    }

    private void untilWoken(KernelCpu cpu) {
        started = true;
        while (!woken) {
            cpu.burn(500);
        }
        log.add("noticed");
    }

    private void run(TestMachine m, Task self, String what) {
        KernelCpu cpu = self.cpu();
        boolean raw = what.startsWith("raw");
        var lock = new SpinLock(m.machine().locking(), what, raw ? SPIN : CONFIG);
        switch (what) {
            case "user", "kernel", "cond_resched", "might_sleep" -> {}
            case "syscall" -> self.setInSyscall(true);
            case "preempt off" -> cpu.preemptDisable();
            case "bh off" -> cpu.bhDisable();
            case "spin lock", "raw spin lock" -> lock.lock(cpu);
            default -> throw new IllegalArgumentException("what=" + what);
        }
        untilWoken(cpu);
        switch (what) {
            case "syscall" -> {
                self.setInSyscall(false);
                cpu.scheduler().reschedulePoint();
            }
            case "cond_resched" -> cpu.scheduler().reschedulePoint();
            case "might_sleep" -> cpu.mightSleep("test");
            case "preempt off" -> cpu.preemptEnable();
            case "bh off" -> cpu.bhEnable();
            case "spin lock", "raw spin lock" -> lock.unlock(cpu);
            default -> {}
        }
        log.add("after point");
        log.add("end");
    }
}
