package org.irqlab.kernel.irq.ipi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * J-06: a CPU sends a logical interrupt while the target enables it. One of them sees the other and
 * fires the interrupt that both share.
 *
 * <p>Results are how often it was fired, and whether the logical one is still pending.
 */
public class IpiMuxStress {
    private static final int IPI = 3;

    private IpiMuxStress() {}

    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One of them saw the other.")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both did; the second finds nothing.")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "Pending and enabled, and nobody is told.")
    @Outcome(expect = FORBIDDEN, desc = "Gone without having been handled.")
    @State
    public static class SendAgainstEnable {
        private final IpiMux mux = new IpiMux(1, cpu -> {}, (cpu, ipi) -> {});

        @Actor
        public void sender(II_Result r) {
            r.r1 = mux.send(0, IPI) ? 1 : 0;
        }

        @Actor
        public void target(II_Result r) {
            r.r2 = mux.enable(0, IPI) ? 1 : 0;
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 += r.r2;
            r.r2 = mux.pending(0, IPI) ? 1 : 0;
        }
    }

    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Taken with the one before.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Sent again after the take.")
    @Outcome(expect = FORBIDDEN, desc = "Merged into an interrupt that has seen nothing of it.")
    @State
    public static class SendAgainstTake {
        private final IpiMux mux = new IpiMux(1, cpu -> {}, (cpu, ipi) -> {});
        private int payload;

        public SendAgainstTake() {
            mux.enable(0, IPI);
            mux.send(0, IPI);
        }

        @Actor
        public void sender(II_Result r) {
            payload = 1;
            r.r1 = mux.send(0, IPI) ? 1 : 0;
        }

        @Actor
        public void target(II_Result r) {
            mux.take(0);
            r.r2 = payload;
        }

        @Arbiter
        public void after(II_Result r) {
            // A fire of its own will be handled later, whatever this one has seen.
            r.r2 = r.r1 == 1 ? 0 : r.r2;
        }
    }

    /** An enable whose store may still be on its way when it looks for pending ones. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One of them saw the other.")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Both did.")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Pending and enabled, and nobody is told.")
    @State
    public static class BrokenEnableByStore {
        private static final VarHandle BITS = field("bits");
        private static final VarHandle ENABLED = field("enabled");

        private int bits;
        private int enabled;

        private static VarHandle field(String name) {
            try {
                return MethodHandles.lookup()
                        .findVarHandle(BrokenEnableByStore.class, name, int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @Actor
        public void sender(II_Result r) {
            int before = (int) BITS.getAndBitwiseOr(this, 1);
            r.r1 = before == 0 && (int) ENABLED.getVolatile(this) != 0 ? 1 : 0;
        }

        @Actor
        public void target(II_Result r) {
            ENABLED.setRelease(this, 1);
            r.r2 = (int) BITS.getAcquire(this) != 0 ? 1 : 0;
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 += r.r2;
            r.r2 = bits;
        }
    }
}
