package org.irqlab.kernel.softirq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * J-17 at a CPU's backlog: top halves, also of other CPUs, put packets in, the softirq takes them.
 * Each comes out once, in order, with what its producer wrote.
 *
 * <p>Results are packets in the order in which they came out, one decimal digit each.
 */
public class SoftirqBacklogStress {
    private static final int CAPACITY = 2;
    private static final int STALE = 9;

    private SoftirqBacklogStress() {}

    /** What is queued; filled in just before it is. */
    private static final class Packet {
        private int number = STALE;
    }

    private static int offer(SoftirqBacklog<Packet> backlog, Packet packet, int number) {
        packet.number = number;
        return backlog.offer(packet) ? 1 : 0;
    }

    private static int number(Packet packet) {
        return packet == null ? 0 : packet.number;
    }

    private static int drain(SoftirqBacklog<Packet> backlog) {
        int numbers = 0;
        for (Packet packet = backlog.poll(); packet != null; packet = backlog.poll()) {
            numbers = 10 * numbers + packet.number;
        }
        return numbers;
    }

    /** Two packets in, two looks of the softirq. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 12", "0, 1, 2", "1, 0, 2", "1, 2, 0"},
            expect = ACCEPTABLE,
            desc = "Each came out once, the first one first.")
    @Outcome(id = ".*9.*", expect = FORBIDDEN, desc = "A packet came out ahead of its payload.")
    @Outcome(expect = FORBIDDEN, desc = "A packet lost, served twice, or out of order.")
    @State
    public static class FillAgainstServe {
        private final SoftirqBacklog<Packet> backlog = new SoftirqBacklog<>(CAPACITY);
        private final Packet first = new Packet();
        private final Packet second = new Packet();

        @Actor
        public void topHalf() {
            offer(backlog, first, 1);
            offer(backlog, second, 2);
        }

        @Actor
        public void softirq(III_Result r) {
            r.r1 = number(backlog.poll());
            r.r2 = number(backlog.poll());
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain(backlog);
        }
    }

    /** Two CPUs steer a packet each to one backlog. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 12", "1, 1, 21"},
            expect = ACCEPTABLE,
            desc = "Both are in.")
    @Outcome(id = ".*9.*", expect = FORBIDDEN, desc = "A packet came out ahead of its payload.")
    @Outcome(expect = FORBIDDEN, desc = "A packet lost, served twice, or refused with room left.")
    @State
    public static class TwoFill {
        private final SoftirqBacklog<Packet> backlog = new SoftirqBacklog<>(CAPACITY);
        private final Packet first = new Packet();
        private final Packet second = new Packet();

        @Actor
        public void cpu0(III_Result r) {
            r.r1 = offer(backlog, first, 1);
        }

        @Actor
        public void cpu1(III_Result r) {
            r.r2 = offer(backlog, second, 2);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain(backlog);
        }
    }

    /** The backlog is full, and its oldest packet is taken while a third one comes. */
    @JCStressTest
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "Full: dropped, and its caller knows.")
    @Outcome(id = "1, 1, 23", expect = ACCEPTABLE, desc = "In the slot that had become free.")
    @Outcome(id = "., 3, .*", expect = FORBIDDEN, desc = "Overwritten before it was read.")
    @Outcome(expect = FORBIDDEN, desc = "A packet lost, or in twice.")
    @State
    public static class FullAgainstServe {
        private final SoftirqBacklog<Packet> backlog = new SoftirqBacklog<>(CAPACITY);
        private final Packet third = new Packet();

        public FullAgainstServe() {
            offer(backlog, new Packet(), 1);
            offer(backlog, new Packet(), 2);
        }

        @Actor
        public void topHalf(III_Result r) {
            r.r1 = offer(backlog, third, 3);
        }

        @Actor
        public void softirq(III_Result r) {
            r.r2 = number(backlog.poll());
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain(backlog);
        }
    }

    /** A producer that moves its index before it fills the slot, and a consumer that trusts it. */
    @JCStressTest
    @Outcome(
            id = {"0, 0, 12", "0, 1, 2", "1, 0, 2", "1, 2, 0"},
            expect = ACCEPTABLE,
            desc = "Each came out once, the first one first.")
    @Outcome(
            id = {"9, .*", "., 9, .*"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "A packet came out ahead of its payload, and is lost.")
    @State
    public static class BrokenIndexBeforeSlot extends Ring {
        @Actor
        public void topHalf() {
            PRODUCER.setRelease(this, 1);
            slots[0] = 1;
            PRODUCER.setRelease(this, 2);
            slots[1] = 2;
        }

        @Actor
        public void softirq(III_Result r) {
            r.r1 = poll();
            r.r2 = poll();
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain();
        }
    }

    /** Two producers that count up a plain index. */
    @JCStressTest
    @Outcome(
            id = {"1, 1, 12", "1, 1, 21"},
            expect = ACCEPTABLE,
            desc = "Both are in.")
    @Outcome(
            id = "1, 1, [129]+",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A packet is lost: both took the same slot.")
    @State
    public static class BrokenPlainIndex extends Ring {
        private int offer(int number) {
            slots[producer] = number;
            producer++;
            return 1;
        }

        @Actor
        public void cpu0(III_Result r) {
            r.r1 = offer(1);
        }

        @Actor
        public void cpu1(III_Result r) {
            r.r2 = offer(2);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain();
        }
    }

    /** A consumer that frees the slot before it has read it. */
    @JCStressTest
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "Full: dropped, and its caller knows.")
    @Outcome(id = "1, 1, 23", expect = ACCEPTABLE, desc = "In the slot that had become free.")
    @Outcome(
            id = "1, 3, 23",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Overwritten before it was read: the first is lost, the third comes twice.")
    @State
    public static class BrokenFreeBeforeRead extends Ring {
        public BrokenFreeBeforeRead() {
            slots[0] = 1;
            slots[1] = 2;
            producer = 2;
        }

        @Actor
        public void topHalf(III_Result r) {
            if ((int) CONSUMER.getAcquire(this) > 0) {
                slots[0] = 3;
                PRODUCER.setRelease(this, 3);
                r.r1 = 1;
            }
        }

        @Actor
        public void softirq(III_Result r) {
            CONSUMER.setRelease(this, 1);
            r.r2 = slots[0];
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = drain();
        }
    }

    /** A ring of two slots by two indices. */
    public static class Ring {
        static final VarHandle PRODUCER;
        static final VarHandle CONSUMER;

        static {
            try {
                var lookup = MethodHandles.lookup();
                PRODUCER = lookup.findVarHandle(Ring.class, "producer", int.class);
                CONSUMER = lookup.findVarHandle(Ring.class, "consumer", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        final int[] slots = {STALE, STALE};
        int producer;
        int consumer;

        int poll() {
            if (consumer == (int) PRODUCER.getAcquire(this)) {
                return 0;
            }
            int number = slots[consumer % CAPACITY];
            CONSUMER.setRelease(this, consumer + 1);
            return number;
        }

        int drain() {
            int numbers = 0;
            while (consumer != producer) {
                numbers = 10 * numbers + poll();
            }
            return numbers;
        }
    }
}
