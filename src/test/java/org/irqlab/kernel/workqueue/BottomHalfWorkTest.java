package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Tasklet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BottomHalfWorkTest {
    @Test
    void runsInSoftirqContextOfItsCpuBeforeTheTasklets() throws InterruptedException {
        try (var m = new WorkMachine(1, 1)) {
            m.start();
            var seen = Collections.synchronizedList(new ArrayList<String>());
            WorkFunction note =
                    (cpu, item) -> {
                        assertTrue(PreemptCount.inServingSoftirq(cpu.preemptCount()), "I-62");
                        assertTrue(cpu.hw().irqsEnabled());
                        seen.add("work " + item.number());
                    };
            var tasklet = new Tasklet(cpu -> seen.add("tasklet"), 1, 0);
            var low = new WorkItem(note, 1, 0);
            var high = new WorkItem(note, 2, 0);
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        m.machine.machine().tasklets(0).schedule(tasklet);
                        m.workqueues.queueWork(cpu, m.workqueues.systemBh(), low);
                        m.workqueues.queueWork(cpu, m.workqueues.systemBhHighPriority(), high);
                    });
            m.awaitTrue("all", () -> seen.size() == 3);
            assertEquals(List.of("work 2", "work 1", "tasklet"), seen);
        }
    }

    @Test
    void raisesTheSoftirqOfTheCpuThatIsAskedFor() throws InterruptedException {
        try (var m = new WorkMachine(2, 1)) {
            m.start();
            var ranOn = Collections.synchronizedList(new ArrayList<Integer>());
            var item = new WorkItem((cpu, self) -> ranOn.add(cpu.id()), 1, 0);
            m.machine.inInterrupt(
                    0, cpu -> m.workqueues.queueOn(cpu, 1, m.workqueues.systemBh(), item));
            m.awaitQuiet();
            assertEquals(List.of(1), ranOn);
        }
    }

    @Test
    void leavesTheRestToTheNextPassAfterTenItems() throws InterruptedException {
        try (var m = new WorkMachine(1, 1)) {
            m.start();
            long[] passes = new long[25];
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        for (int i = 0; i < passes.length; i++) {
                            int number = i;
                            WorkFunction note =
                                    (here, self) ->
                                            passes[number] =
                                                    m.machine
                                                            .machine()
                                                            .softirqs(0)
                                                            .ran(SoftirqVector.TASKLET);
                            m.workqueues.queueWork(
                                    cpu, m.workqueues.systemBh(), new WorkItem(note, i, 0));
                        }
                    });
            m.awaitQuiet();
            // Fewer in a pass only where the 2 ms of a busy host are over.
            assertTrue(passes[24] >= passes[0] + 2, "25 items are three passes at least");
            for (int i = 10; i < passes.length; i++) {
                assertTrue(passes[i] > passes[i - 10], "ten in a pass at the most");
            }
        }
    }

    @Test
    void canBeFlushedAndCancelledFromATask() throws InterruptedException {
        var m = new WorkMachine(1, 1);
        var ran = Collections.synchronizedList(new ArrayList<Integer>());
        var item = new WorkItem((cpu, self) -> ran.add(self.number()), 7, 0);
        var done =
                m.task(
                        0,
                        self -> {
                            var bh = m.workqueues.systemBh();
                            m.workqueues.queueWork(self.cpu(), bh, item);
                            m.workqueues.flush(self, item);
                            assertEquals(List.of(7), ran);
                            m.workqueues.control().flush(self, bh);
                        });
        try (m) {
            m.start();
            m.await(done);
        }
    }
}
