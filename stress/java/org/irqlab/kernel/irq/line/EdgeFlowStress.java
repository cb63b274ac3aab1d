package org.irqlab.kernel.irq.line;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * J-11: two CPUs deliver an edge each of one line. Every edge is served by a handler run that
 * begins after it, one run at a time, and the line ends up open.
 *
 * <p>Results are how often the handler ran, which devices' data it saw (bit 0 and 1), and whether
 * the line is masked.
 */
public class EdgeFlowStress {
    private EdgeFlowStress() {}

    /** The hardware of a line: the mask alone. */
    private static final class MaskChip implements IrqChip {
        // Guarded by the descriptor's lock.
        private int masked;

        @Override
        public void acknowledge(IrqBinding line, KernelCpu cpu) {}

        @Override
        public void mask(IrqBinding line, KernelCpu cpu) {
            masked = 1;
        }

        @Override
        public void unmask(IrqBinding line, KernelCpu cpu) {
            masked = 0;
        }

        @Override
        public String name() {
            return "mask";
        }
    }

    @JCStressTest
    @Outcome(id = "2, 3, 0", expect = ACCEPTABLE, desc = "Both edges served, the line is open.")
    @Outcome(id = "., ., 1", expect = FORBIDDEN, desc = "Masked for ever, with nobody to open it.")
    @Outcome(id = "1, ., 0", expect = FORBIDDEN, desc = "Two CPUs in the handler, or an edge lost.")
    @Outcome(expect = FORBIDDEN, desc = "An edge that no run has seen, or a run without one.")
    @State
    public static class TwoEdges {
        // They run nothing here but the flow, and keep no state of it.
        private static final TestMachine MACHINE = new TestMachine(2);
        private static final KernelCpu[] CPUS = {MACHINE.cpu(0), MACHINE.cpu(1)};
        private static final IrqCore CORE = MACHINE.machine().irqs().core();

        private final MaskChip chip = new MaskChip();
        private final IrqDescriptor line;
        private final int[] data = new int[CPUS.length];
        private int runs;
        private int seen;

        public TwoEdges() {
            line = new IrqDescriptor(CORE, 1);
            line.wire(new IrqBinding(null, line, 1, chip, null), FlowHandler.EDGE);
            IrqRequests.request(line, IrqRequest.of("nic", this::handle), CPUS[0]);
        }

        private IrqReturn handle(KernelCpu cpu) {
            runs++;
            seen |= data[0] | data[1] << 1;
            return IrqReturn.HANDLED;
        }

        @Actor
        public void cpu0() {
            data[0] = 1;
            line.handle(CPUS[0]);
        }

        @Actor
        public void cpu1() {
            data[1] = 1;
            line.handle(CPUS[1]);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r1 = runs;
            r.r2 = seen;
            r.r3 = chip.masked;
        }
    }

    /** Flags that are looked at and set without the lock. */
    @JCStressTest
    @Outcome(id = "2, 3, 0", expect = ACCEPTABLE, desc = "Both edges served, the line is open.")
    @Outcome(
            id = {"1, ., 1", "2, ., 1"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "Masked for ever: the edge was remembered as the last run ended.")
    @Outcome(
            id = {"1, ., 0", "2, [12], 0", "3, ., 0"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "Two CPUs in the handler at once.")
    @State
    public static class BrokenFlagsWithoutLock extends Line {
        private volatile boolean inProgress;
        private volatile boolean pending;
        private volatile int masked;

        private void handleEdge() {
            if (inProgress) {
                pending = true;
                masked = 1;
                return;
            }
            do {
                if (pending) {
                    masked = 0;
                }
                pending = false;
                inProgress = true;
                handle();
                inProgress = false;
            } while (pending);
        }

        @Actor
        public void cpu0() {
            data[0] = 1;
            handleEdge();
        }

        @Actor
        public void cpu1() {
            data[1] = 1;
            handleEdge();
        }

        @Arbiter
        public void after(III_Result r) {
            look(r, masked);
        }
    }

    /** A flow that forgets what came during the run: PENDING is cleared after the handler. */
    @JCStressTest
    @Outcome(id = "2, 3, 0", expect = ACCEPTABLE, desc = "Both edges served, the line is open.")
    @Outcome(
            id = "1, ., 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Masked for ever: the edge that came during the run is forgotten.")
    @State
    public static class BrokenClearAfterHandler extends Line {
        private final RawSpinLock lock = new RawSpinLock();
        private boolean inProgress;
        private boolean pending;
        private int masked;

        private void handleEdge(int cpu) {
            lock.lock(cpu);
            if (inProgress) {
                pending = true;
                masked = 1;
                lock.unlock(cpu);
                return;
            }
            do {
                if (pending) {
                    masked = 0;
                }
                inProgress = true;
                lock.unlock(cpu);
                handle();
                lock.lock(cpu);
                inProgress = false;
                pending = false;
            } while (pending);
            lock.unlock(cpu);
        }

        @Actor
        public void cpu0() {
            data[0] = 1;
            handleEdge(0);
        }

        @Actor
        public void cpu1() {
            data[1] = 1;
            handleEdge(1);
        }

        @Arbiter
        public void after(III_Result r) {
            look(r, masked);
        }
    }

    /** What the broken flows share: the handler and its devices. */
    public static class Line {
        final int[] data = new int[2];
        private int runs;
        private int seen;

        void handle() {
            runs++;
            seen |= data[0] | data[1] << 1;
        }

        void look(III_Result r, int masked) {
            r.r1 = runs;
            r.r2 = seen;
            r.r3 = masked;
        }
    }
}
