package org.irqlab.kernel.irq.line;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import java.util.Set;

/**
 * J-20: a driver disables its line while an interrupt of it arrives. When the disable that waits
 * has returned, the handler has either run, and all that it wrote is visible, or it will not start.
 *
 * <p>Results are whether the handler ran, whether it started after the disable had returned, and
 * whether the driver saw what it wrote.
 */
public class DisableStress {
    private DisableStress() {}

    /** What the tests share: a line, its handler, and the driver's flag. */
    public static class Line {
        private static final TestMachine MACHINE = new TestMachine(2);
        static final KernelCpu[] CPUS = {MACHINE.cpu(0), MACHINE.cpu(1)};
        private static final IrqCore CORE = MACHINE.machine().irqs().core();

        final IrqDescriptor line = new IrqDescriptor(CORE, 1);
        volatile boolean returned;
        int ran;
        int late;

        public Line() {
            var chip = new LineHardware(false, true, Set.of());
            line.wire(new IrqBinding(null, line, 1, chip, null), FlowHandler.EDGE);
            IrqRequests.request(line, IrqRequest.of("nic", this::handle), CPUS[0]);
        }

        private IrqReturn handle(KernelCpu cpu) {
            late = returned ? 1 : 0;
            ran = 1;
            return IrqReturn.HANDLED;
        }

        void look(III_Result r) {
            r.r1 = ran;
            r.r2 = late;
        }
    }

    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Remembered for the enable.")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "It ran, and the disable waited for it.")
    @Outcome(id = "1, 1, .", expect = FORBIDDEN, desc = "Started after the disable had returned.")
    @Outcome(expect = FORBIDDEN, desc = "The disable returned while the handler ran.")
    @State
    public static class DisableAgainstInterrupt extends Line {
        @Actor
        public void interrupt() {
            line.handle(CPUS[0]);
        }

        @Actor
        public void driver(III_Result r) {
            line.disable(CPUS[1]);
            returned = true;
            r.r3 = ran;
        }

        @Arbiter
        public void after(III_Result r) {
            look(r);
        }
    }

    /** A driver that disables without waiting, and goes on as if the handler were through. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Remembered for the enable.")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "It ran before.")
    @Outcome(
            id = {"1, 0, 0", "1, 1, [01]"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "The handler still runs.")
    @State
    public static class BrokenDisableWithoutWait extends Line {
        @Actor
        public void interrupt() {
            line.handle(CPUS[0]);
        }

        @Actor
        public void driver(III_Result r) {
            line.disableNoSync(CPUS[1]);
            returned = true;
            r.r3 = ran;
        }

        @Arbiter
        public void after(III_Result r) {
            look(r);
        }
    }
}
