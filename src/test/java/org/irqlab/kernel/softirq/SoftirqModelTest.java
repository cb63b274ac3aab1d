package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptModel;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.sched.fair.FairProfile;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A running machine against the plain model of its softirqs: a driver raises, takes interrupts,
 * turns bottom halves off and on, and sleeps, at random. Nothing comes from outside: the CPU wakes
 * the driver when it is idle, so that a seed has one outcome.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SoftirqModelTest {
    private static final int SEEDS_PER_RUN = 24;
    private static final int OPERATIONS = 256;
    private static final int VECTOR = 0x40;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void agreesWithThePlainModel(int run) {
        int handedOver = 0;
        for (int i = 0; i < SEEDS_PER_RUN; i++) {
            int seed = run * SEEDS_PER_RUN + i;
            var real = new RealSoftirqs(new SoftirqScript(seed));
            List<String> actual = real.run();
            List<String> expected = modelled(seed);
            for (int line = 0; line < Math.min(expected.size(), actual.size()); line++) {
                int from = Math.max(0, line - 5);
                assertEquals(
                        expected.subList(from, line + 1),
                        actual.subList(from, line + 1),
                        "seed=" + seed + " line=" + line);
            }
            assertEquals(expected.size(), actual.size(), "seed=" + seed);
            handedOver += real.softirqs.handedOver() > 0 ? 1 : 0;
        }
        assertTrue(handedOver > SEEDS_PER_RUN / 2, "seeds that met a limit: " + handedOver);
    }

    private static List<String> modelled(int seed) {
        var script = new SoftirqScript(seed);
        var model = new NaiveSoftirqs(script);
        for (SoftirqScript.Step step : script.driver(OPERATIONS)) {
            step.play(model);
            model.noteState();
        }
        return model.log;
    }

    /** The machine, as the script's target. */
    private static final class RealSoftirqs implements SoftirqScript.Target {
        private final SoftirqScript script;
        private final List<String> log = new ArrayList<>();
        private final Machine machine;
        private final KernelCpu cpu;
        private final Softirqs softirqs;
        private final Task driver;
        private final Task urgent;
        private final int[] runs = new int[SoftirqVector.count()];
        private int interrupts;
        private boolean interruptInIdle;
        private volatile List<String> atEnd;

        RealSoftirqs(SoftirqScript script) {
            this.script = script;
            var halts = List.of(new HaltLine());
            var settings =
                    new SchedulerSettings(
                            PreemptModel.NONE,
                            FairProfile.DEFAULT,
                            SoftirqRig.NO_TICK_NS,
                            IdlePolicy.HALT);
            var spec = MachineSpec.unpinned(1).withWorkersPerPool(1).withScheduling(settings);
            machine = new Machine(spec, new ApicController(halts), halts, this::idleBegins);
            cpu = machine.cpu(0);
            softirqs = machine.softirqs(0);
            for (SoftirqVector vector : SoftirqVector.values()) {
                machine.setSoftirqAction(vector, on -> act(vector.ordinal()));
            }
            machine.irqs().setSystemHandler(VECTOR, on -> handle(), null, null);
            driver = machine.newTask(0, "driver", TaskPolicy.FIFO_50, true, this::drive);
            urgent = machine.newTask(0, "urgent", TaskPolicy.fifo(60), true, this::beUrgent);
        }

        List<String> run() {
            try (machine) {
                machine.start();
                Threads.await(
                        "script ends", () -> atEnd != null || machine.smp().failure() != null);
            }
            return atEnd;
        }

        private void drive(Task self) {
            for (SoftirqScript.Step step : script.driver(OPERATIONS)) {
                step.play(this);
                noteState();
            }
            // The interrupt that stops the machine runs what is pending then.
            atEnd = List.copyOf(log);
        }

        private void noteState() {
            var pending = new TreeSet<Integer>();
            for (SoftirqVector vector : SoftirqVector.values()) {
                if (softirqs.pending(vector)) {
                    pending.add(vector.ordinal());
                }
            }
            log.add(
                    "pending=%s ksoftirqd=%s handedOver=%d leaks=%d"
                            .formatted(
                                    pending,
                                    softirqs.ksoftirqd().asleep() ? "asleep" : "awake",
                                    softirqs.handedOver(),
                                    cpu.leakedContexts()));
        }

        private void beUrgent(Task self) {
            while (true) {
                log.add("urgent");
                self.prepareToSleep('S');
                cpu.scheduler().schedule();
            }
        }

        private void idleBegins(KernelCpu idle) {
            if (interruptInIdle) {
                interruptInIdle = false;
                interrupt(false);
            }
            idle.scheduler().wake(driver);
        }

        private void act(int vector) {
            log.add(SoftirqVector.of(vector) + " on " + cpu.current().name());
            script.softirq(vector, runs[vector]++).forEach(step -> step.play(this));
        }

        private void handle() {
            log.add("hardirq on " + cpu.current().name());
            script.interrupt(interrupts++).forEach(step -> step.play(this));
        }

        @Override
        public void raise(int vector) {
            softirqs.raise(SoftirqVector.of(vector));
        }

        @Override
        public void raiseWithoutWake(int vector) {
            boolean irqs = cpu.hw().irqSave();
            softirqs.raiseIrqsOff(SoftirqVector.of(vector));
            cpu.hw().irqRestore(irqs);
        }

        @Override
        public void interrupt(boolean held) {
            boolean irqs = held ? cpu.hw().irqSave() : cpu.hw().irqsEnabled();
            cpu.hw().port().accept(VECTOR);
            cpu.hw().poll();
            cpu.hw().irqRestore(irqs);
        }

        @Override
        public void disableBottomHalves() {
            cpu.bhDisable();
        }

        @Override
        public void enableBottomHalves() {
            cpu.bhEnable();
        }

        @Override
        public void wakeUrgentTask() {
            cpu.scheduler().wake(urgent);
        }

        @Override
        public void leak() {
            cpu.preemptDisable();
        }

        @Override
        public void reschedulePoint() {
            cpu.scheduler().reschedulePoint();
        }

        @Override
        public void sleep() {
            driver.prepareToSleep('S');
            cpu.scheduler().schedule();
        }

        @Override
        public void sleepWithInterruptInIdle() {
            interruptInIdle = true;
            sleep();
        }
    }
}
