package org.irqlab.hw.intc.apic;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * J-07: a device posts a vector while the handler of the notification runs. The results are whether
 * a request is left, and whether a notification is outstanding for it.
 */
public class PostedStress {
    private static final int FIRST = 0x41;
    private static final int SECOND = 0x42;

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The handler ran it.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Ran it, and is notified in vain.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Waits, and the CPU is notified.")
    @Outcome(id = "true, false", expect = FORBIDDEN, desc = "Left behind: nobody will look.")
    @State
    public static class PostAgainstHandle {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);
        private final PostedInterrupts posted =
                new PostedInterrupts(apic, PostedInterrupts.NOTIFICATION_VECTOR);

        public PostAgainstHandle() {
            posted.post(FIRST);
            apic.acknowledge();
        }

        @Actor
        public void device() {
            posted.post(SECOND);
        }

        @Actor
        public void cpu() {
            posted.handle(vector -> {});
        }

        @Arbiter
        public void left(ZZ_Result r) {
            r.r1 = posted.pending() != 0;
            r.r2 = apic.requested();
        }
    }

    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Posted after the last look.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Run with what the device wrote.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Run ahead of what the device wrote.")
    @State
    public static class PayloadOfAPost {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);
        private final PostedInterrupts posted =
                new PostedInterrupts(apic, PostedInterrupts.NOTIFICATION_VECTOR);
        private int payload;

        @Actor
        public void device() {
            payload = 1;
            posted.post(FIRST);
        }

        @Actor
        public void cpu(I_Result r) {
            r.r1 = -1;
            posted.handle(vector -> r.r1 = payload);
        }
    }

    /** One word of requests and ON, as the machine has them. */
    private abstract static class Words {
        static final VarHandle REQUESTS;
        static final VarHandle ON;

        static {
            try {
                var lookup = MethodHandles.lookup();
                REQUESTS = lookup.findVarHandle(Words.class, "requests", int.class);
                ON = lookup.findVarHandle(Words.class, "on", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int requests;
        private int on = 1;
        private boolean notified;

        Words(int requests) {
            this.requests = requests;
        }

        void post() {
            REQUESTS.getAndBitwiseOr(this, 2);
            if ((int) ON.getAndSet(this, 1) == 0) {
                notified = true;
            }
        }

        void judge(ZZ_Result r) {
            r.r1 = requests != 0;
            r.r2 = notified;
        }
    }

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The handler ran it.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Ran it, and is notified in vain.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Waits, and the CPU is notified.")
    @Outcome(
            id = "true, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left behind: posted between the last scan and the clearing of ON.")
    @State
    public static class BrokenNoLastScan extends Words {
        public BrokenNoLastScan() {
            super(1);
        }

        @Actor
        public void device() {
            post();
        }

        @Actor
        public void cpu() {
            REQUESTS.getAndSet(this, 0);
            ON.getAndSet(this, 0);
        }

        @Arbiter
        public void left(ZZ_Result r) {
            judge(r);
        }
    }

    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The handler ran it.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Ran it, and is notified in vain.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Waits, and the CPU is notified.")
    @Outcome(
            id = "true, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left behind: the last look passed the store that clears ON.")
    @State
    public static class BrokenClearByRelease extends Words {
        public BrokenClearByRelease() {
            super(0);
        }

        @Actor
        public void device() {
            post();
        }

        @Actor
        public void cpu() {
            ON.setRelease(this, 0);
            if ((int) REQUESTS.getOpaque(this) != 0) {
                REQUESTS.getAndSet(this, 0);
            }
        }

        @Arbiter
        public void left(ZZ_Result r) {
            judge(r);
        }
    }
}
