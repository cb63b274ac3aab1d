package org.irqlab.hw.cpu;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A signal of the controller is in one word, and what makes the CPU look at it in another, which
 * the CPU is about to clear for an earlier one. The CPU takes the signal, or it will look again.
 */
public class SignalAttentionStress {
    private static final VarHandle SIGNAL;

    static {
        try {
            SIGNAL = MethodHandles.lookup().findVarHandle(Words.class, "signal", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * What both actors share: the controller's word, and the CPU's latch with its attention bit.
     */
    static class Words {
        final NmiLatch nmi = new NmiLatch(new HaltLine());
        int signal;

        Words() {
            nmi.attend();
        }

        void send() {
            SIGNAL.getAndBitwiseOr(this, 1);
            nmi.attend();
        }

        boolean take() {
            return (int) SIGNAL.getAndSet(this, 0) != 0;
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Taken; the CPU looks once in vain.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Taken with the earlier one.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The next poll takes it.")
    @Outcome(id = "false, false", expect = FORBIDDEN, desc = "A signal that nobody looks for.")
    @State
    public static class ClearThenLook extends Words {
        @Actor
        public void controller() {
            send();
        }

        @Actor
        public void cpu(ZZ_Result r) {
            nmi.attended();
            r.r1 = take();
        }

        @Arbiter
        public void left(ZZ_Result r) {
            r.r2 = nmi.attention();
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Taken; the CPU looks once in vain.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Taken with the earlier one.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The next poll takes it.")
    @Outcome(
            id = "false, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: looked first, and then cleared what asked for another look.")
    @State
    public static class BrokenLookThenClear extends Words {
        @Actor
        public void controller() {
            send();
        }

        @Actor
        public void cpu(ZZ_Result r) {
            r.r1 = take();
            nmi.attended();
        }

        @Arbiter
        public void left(ZZ_Result r) {
            r.r2 = nmi.attention();
        }
    }
}
