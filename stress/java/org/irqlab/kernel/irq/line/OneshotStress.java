package org.irqlab.kernel.irq.line;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.ThreadRequest;
import org.irqlab.support.TestMachine;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import java.util.Set;

/**
 * J-10 at the line: the thread of a one-shot line is done before the hard handler that woke it. The
 * line is opened once, by whoever is last, and no thread is thought to be outstanding.
 *
 * <p>Results are how often the thread ran, which threads keep the line masked at the end, and
 * whether it is masked.
 */
public class OneshotStress {
    private static final long THREAD = 1;

    private OneshotStress() {}

    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Ran, and the line is open.")
    @Outcome(id = "., ., 1", expect = FORBIDDEN, desc = "Masked for ever.")
    @Outcome(
            expect = FORBIDDEN,
            desc = "Open with a thread outstanding: the next one stays masked.")
    @State
    public static class WakeAgainstFinish {
        private static final TestMachine MACHINE = new TestMachine(2);
        private static final KernelCpu[] CPUS = {MACHINE.cpu(0), MACHINE.cpu(1)};
        private static final IrqCore CORE = MACHINE.machine().irqs().core();

        private final IrqDescriptor line = new IrqDescriptor(CORE, 1);
        private final ThreadRequest request = new ThreadRequest();
        private int runs;

        public WakeAgainstFinish() {
            var chip = new LineHardware(true, false, Set.of());
            line.wire(new IrqBinding(null, line, 1, chip, null), FlowHandler.LEVEL);
            var handler = IrqRequest.of("nic", this::handle).withFlags(IrqFlag.ONESHOT);
            IrqRequests.request(line, handler, CPUS[0]);
        }

        private IrqReturn handle(KernelCpu cpu) {
            // What IrqThread does when it is woken, but for the wake.
            if (request.make()) {
                line.threads.woken(THREAD);
            }
            return IrqReturn.HANDLED;
        }

        private void runThread() {
            if (request.take()) {
                runs++;
                line.threads.finishOneshot(THREAD, request, CPUS[1]);
            }
        }

        @Actor
        public void interrupt() {
            line.handle(CPUS[0]);
        }

        @Actor
        public void thread() {
            runThread();
        }

        @Arbiter
        public void after(III_Result r) {
            runThread();
            r.r1 = runs;
            r.r2 = (int) line.threadsOneshot();
            r.r3 = line.isMasked() ? 1 : 0;
        }
    }

    /** A thread that does not wait until the hard handler is through. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Ran, and the line is open.")
    @Outcome(
            id = "1, 1, [01]",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A thread is thought to be outstanding for ever.")
    @State
    public static class BrokenFinishInProgress {
        private final RawSpinLock lock = new RawSpinLock();
        private final ThreadRequest request = new ThreadRequest();
        private volatile int oneshot;
        private boolean masked;
        private int runs;

        private void openIfDone() {
            if (oneshot == 0) {
                masked = false;
            }
        }

        private void runThread() {
            if (request.take()) {
                runs++;
                lock.lock(1);
                oneshot = 0;
                openIfDone();
                lock.unlock(1);
            }
        }

        @Actor
        public void interrupt() {
            lock.lock(0);
            masked = true;
            lock.unlock(0);
            if (request.make()) {
                oneshot = 1;
            }
            lock.lock(0);
            openIfDone();
            lock.unlock(0);
        }

        @Actor
        public void thread() {
            runThread();
        }

        @Arbiter
        public void after(III_Result r) {
            runThread();
            r.r1 = runs;
            r.r2 = oneshot;
            r.r3 = masked ? 1 : 0;
        }
    }
}
