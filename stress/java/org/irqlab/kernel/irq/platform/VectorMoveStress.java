package org.irqlab.kernel.irq.platform;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.util.List;

/**
 * J-19: a line moves to another CPU while its device fires. The old CPU gives its vector back once
 * the line has interrupted the new one and nothing is latched on the old one; from then on nothing
 * arrives there.
 *
 * <p>Results are whether the old vector was given back, and whether a request is latched for it.
 */
public class VectorMoveStress {
    private static final int VECTOR = 0x30;

    private VectorMoveStress() {}

    /** Two CPUs and a device whose messages go to the first one. */
    public static class Board {
        final ApicController controller = new ApicController(List.of(() -> {}, () -> {}));
        final MsixTable table = new MsixTable(1, controller);

        public Board() {
            table.program(0, message(0));
            table.unmask(0);
            table.writeControl(MsixTable.CONTROL_ENABLE);
        }

        private MsiMessage message(int cpu) {
            return new MsiMessage(
                    controller.messageAddress(cpu, VECTOR), controller.messageData(cpu, VECTOR));
        }

        void fireTwice() {
            table.fire(0);
            table.fire(0);
        }

        void move() {
            table.mask(0);
            table.program(0, message(1));
            table.unmask(0);
        }

        boolean latched(int cpu) {
            return controller.port(cpu).requested(VECTOR);
        }

        void look(II_Result r) {
            r.r2 = latched(0) ? 1 : 0;
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Given back, and nothing is there.")
    @Outcome(id = "0, .", expect = ACCEPTABLE, desc = "Kept: it is too early.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "A request for a vector that nobody has.")
    @State
    public static class FireAgainstCleanUp extends Board {
        @Actor
        public void device() {
            fireTwice();
        }

        @Actor
        public void mover(II_Result r) {
            move();
            r.r1 = latched(1) && !latched(0) ? 1 : 0;
        }

        @Arbiter
        public void after(II_Result r) {
            look(r);
        }
    }

    /** A clean-up that does not wait for the first interrupt on the new CPU. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Given back, and nothing is there.")
    @Outcome(id = "0, .", expect = ACCEPTABLE, desc = "Kept: something is latched.")
    @Outcome(
            id = "1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A request for a vector that nobody has.")
    @State
    public static class BrokenCleanUpAtOnce extends Board {
        @Actor
        public void device() {
            fireTwice();
        }

        @Actor
        public void mover(II_Result r) {
            move();
            r.r1 = latched(0) ? 0 : 1;
        }

        @Arbiter
        public void after(II_Result r) {
            look(r);
        }
    }
}
