package org.irqlab.lab.zoo.softirq;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.WaitEntry;
import org.irqlab.kernel.locking.WaitQueue;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicBoolean;

/** B-14: a task that tests first and announces its sleep afterwards. */
final class LostWakeUp implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-14",
                "Lost wake-up",
                Domain.LOCKS,
                "waits that ended of 1",
                "lost wake-up report",
                "A task finds no frame, the frame comes and its wake-up finds nobody asleep, and"
                    + " then the task goes to sleep. Between the test and the announcement of the"
                    + " sleep a wake-up has nothing to take back. The fix announces first and tests"
                    + " then: either the test sees the frame, or the wake-up sees the"
                    + " announcement.");
    }

    private static final long STEP_NS = 10_000;

    /** More than a wake-up takes. */
    private static final long BETWEEN_LOOKS_MILLIS = 100;

    /** One wait: how far it has got. */
    private static final class Wait {
        final WaitQueue queue = new WaitQueue("frames");
        final AtomicBoolean frame = new AtomicBoolean();
        final AtomicBoolean halfWay = new AtomicBoolean();
        final AtomicBoolean woken = new AtomicBoolean();
        final AtomicBoolean over = new AtomicBoolean();

        /** The wake-up comes now. */
        void gap(Task self) {
            halfWay.set(true);
            while (!woken.get() && !self.cpu().smp().stopping()) {
                self.cpu().burn(STEP_NS);
            }
        }

        void testThenAnnounce(Task self) {
            var entry = new WaitEntry(self, false, frame::get);
            while (!frame.get()) {
                gap(self);
                queue.prepare(entry, 'D');
                self.cpu().scheduler().schedule();
            }
            queue.finish(entry);
            over.set(true);
        }

        void announceThenTest(Task self) {
            var entry = new WaitEntry(self, false, frame::get);
            while (true) {
                queue.prepare(entry, 'D');
                gap(self);
                if (frame.get()) {
                    break;
                }
                self.cpu().scheduler().schedule();
            }
            queue.finish(entry);
            over.set(true);
        }

        void frameArrives(KernelCpu cpu) {
            frame.set(true);
            queue.wakeUp(cpu);
        }
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        var wait = new Wait();
        Task camera =
                m.task(
                        0,
                        "camera",
                        TaskPolicy.NORMAL,
                        form.buggy() ? wait::testThenAnnounce : wait::announceThenTest);
        m.start();
        rig.await("the gap", wait.halfWay::get);
        m.interrupt(1, wait::frameArrives);
        wait.woken.set(true);
        rig.await("the sleep, or its end", () -> camera.asleep() || wait.over.get());
        m.interrupt(1, wait.queue::findLost);
        rig.pause(BETWEEN_LOOKS_MILLIS);
        m.interrupt(1, wait.queue::findLost);
        var reports = m.machine().smp().log().reports(ReportKind.LOST_WAKE_UP);
        return new Observation(
                wait.over.get() ? 1 : 0,
                reports.size(),
                reports.isEmpty() ? "woken" : reports.getFirst().what());
    }
}
