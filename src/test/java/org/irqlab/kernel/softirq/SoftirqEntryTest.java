package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** From where softirqs run: interrupt exit, bottom-half enable, ksoftirqd. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqEntryTest {
    private final SoftirqRig rig = new SoftirqRig(1);

    @AfterEach
    void close() {
        rig.close();
    }

    /** Runs a real-time task, which ksoftirqd does not preempt. */
    private void task(Consumer<Task> body) {
        rig.m.kernelThread(0, "driver", TaskPolicy.FIFO_50, body);
        rig.m.start();
    }

    private boolean woken() {
        return !rig.softirqs().ksoftirqd().asleep();
    }

    private void onNested(Consumer<KernelCpu> handler) {
        rig.m
                .machine()
                .irqs()
                .setSystemHandler(SoftirqRig.NESTED_VECTOR, handler::accept, null, null);
    }

    private void assertKsoftirqdNeverWoken() {
        rig.m.inInterrupt(0, cpu -> assertTrue(rig.softirqs().ksoftirqd().asleep()));
        assertEquals(0, rig.softirqs().handedOver());
    }

    @Test
    void runsOnTopOfTheInterruptedTaskAtInterruptExit() {
        rig.onInContext(SoftirqVector.BLOCK);
        onNested(cpu -> {
            // Not a task's raise: the exit of this interrupt is near.
            rig.softirqs().raise(SoftirqVector.BLOCK);
            rig.note("handler ends, woken " + woken());
        });
        task(self -> {
            SoftirqRig.takeNested(self.cpu());
            rig.note("task goes on");
        });
        rig.awaitLog("handler ends, woken false", "BLOCK softirq on driver", "task goes on");
        assertKsoftirqdNeverWoken();
    }

    @Test
    void runsOnTopOfTheIdleTask() {
        rig.onInContext(SoftirqVector.BLOCK);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK);
        rig.awaitLog("BLOCK softirq on cpu/0");
        assertKsoftirqdNeverWoken();
    }

    @Test
    void runsInTheTaskThatEnablesBottomHalves() {
        rig.onInContext(SoftirqVector.NET_RX);
        task(self -> {
            self.cpu().bhDisable();
            rig.softirqs().raise(SoftirqVector.NET_RX);
            rig.note("raised, woken " + woken());
            self.cpu().bhEnable();
            rig.note("enabled");
        });
        rig.awaitLog("raised, woken false", "NET_RX softirq on driver", "enabled");
        assertKsoftirqdNeverWoken();
    }

    @Test
    void leavesTheRaiseOfATaskToKsoftirqd() {
        rig.onInContext(SoftirqVector.NET_RX);
        task(self -> {
            rig.softirqs().raise(SoftirqVector.NET_RX);
            rig.note("raised, woken " + woken());
        });
        rig.awaitLog("raised, woken true", "NET_RX softirq on ksoftirqd/0");
        assertEquals(TaskPolicy.NORMAL, rig.softirqs().ksoftirqd().policy());
    }

    @Test
    void leavesARaiseWithoutWakeToTheNextInterrupt() {
        rig.onInContext(SoftirqVector.NET_RX);
        onNested(cpu -> rig.note("interrupt"));
        task(self -> {
            boolean irqs = self.cpu().hw().irqSave();
            rig.softirqs().raiseIrqsOff(SoftirqVector.NET_RX);
            self.cpu().hw().irqRestore(irqs);
            rig.note("woken " + woken());
            SoftirqRig.takeNested(self.cpu());
        });
        rig.awaitLog("woken false", "interrupt", "NET_RX softirq on driver");
    }

    @Test
    void runsNothingWhileBottomHalvesAreOff() {
        rig.onInContext(SoftirqVector.BLOCK);
        onNested(cpu -> rig.raiseIrqsOff(SoftirqVector.BLOCK));
        task(self -> {
            self.cpu().bhDisable();
            self.cpu().bhDisable();
            SoftirqRig.takeNested(self.cpu());
            rig.note("off twice");
            self.cpu().bhEnable();
            rig.note("off");
            SoftirqRig.takeNested(self.cpu());
            rig.note("still off");
            self.cpu().bhEnable();
        });
        rig.awaitLog("off twice", "off", "still off", "BLOCK softirq on driver");
    }

    @Test
    void takesInterruptsBetweenTwoVectorsOfAPass() {
        rig.on(SoftirqVector.NET_RX, cpu -> cpu.hw().port().accept(SoftirqRig.NESTED_VECTOR));
        rig.on(
                SoftirqVector.BLOCK,
                cpu -> {
                    assertTrue(cpu.hw().irqsEnabled());
                    cpu.burn(1_000);
                    rig.note("burnt");
                });
        onNested(cpu -> rig.note(SoftirqRig.context(cpu)));
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.NET_RX, SoftirqVector.BLOCK);
        rig.awaitLog("NET_RX", "BLOCK", "hardirq on cpu/0", "burnt");
    }

    @Test
    void letsKsoftirqdSleepAgainAndWakesItForTheNextRaise() {
        rig.onInContext(SoftirqVector.NET_TX);
        var ksoftirqd = rig.softirqs().ksoftirqd();
        task(self -> {
            for (int i = 0; i < 3; i++) {
                rig.softirqs().raise(SoftirqVector.NET_TX);
                assertFalse(ksoftirqd.asleep());
                rig.m.sleep(self, 1_000_000);
            }
            rig.note("done");
        });
        rig.awaitLog(
                "NET_TX softirq on ksoftirqd/0",
                "NET_TX softirq on ksoftirqd/0",
                "NET_TX softirq on ksoftirqd/0",
                "done");
        Threads.await("asleep", ksoftirqd::asleep);
    }

    @Test
    void wakesTheKsoftirqdOfItsOwnCpuOnly() {
        try (var two = new SoftirqRig(2)) {
            two.onInContext(SoftirqVector.NET_TX);
            two.m.kernelThread(
                    1,
                    "driver",
                    TaskPolicy.FIFO_50,
                    self -> two.m.machine().softirqs(1).raise(SoftirqVector.NET_TX));
            two.m.start();
            two.awaitLog("NET_TX softirq on ksoftirqd/1");
            two.m.inInterrupt(0, cpu -> assertEquals(0, two.softirqs().ran(SoftirqVector.NET_TX)));
        }
    }
}
