package org.irqlab.support;

/**
 * A receiver that packets of a device wake, as the kernel would print it. A packet that finds it
 * asleep wakes it; one that finds it awake does not, and is served in the same quantum.
 *
 * <p>A turn of the receiver costs 2,000 ns, and each packet 3,000; a softirq run that wakes costs
 * 2,600, of which the wake takes 600; one that does not, 1,600.
 */
public final class ReceiverTraces {
    public static final String RECEIVER = "rx-300";
    public static final String OTHER = "other-400";
    public static final long PERIOD_NS = 10_000_000;

    private static final int NET_TX = 2;
    private static final int NET_RX = 3;

    /** The first device's interrupt; the second's is the next one. */
    private static final int IRQ = 10;

    private final TraceText trace = new TraceText();
    private long nextNs;
    private int device;

    /** Returns the trace so far. */
    public TraceText trace() {
        return trace;
    }

    /** Quanta that serve one packet. */
    public ReceiverTraces single(int quanta) {
        for (int i = 0; i < quanta; i++) {
            long ns = switchedIn(RECEIVER);
            trace.switchTo(ns + 5_000, 0, "S", TraceText.IDLE);
        }
        return this;
    }

    /**
     * Quanta that serve two packets and answer each, 1,000 ns after they began with it; the second
     * comes 500 ns before they are done with the first.
     */
    public ReceiverTraces batched(int quanta) {
        for (int i = 0; i < quanta; i++) {
            long ns = switchedIn(RECEIVER);
            answer(ns + 3_000);
            silent(ns + 5_400);
            answer(ns + 9_900);
            trace.switchTo(ns + 12_800, 0, "S", TraceText.IDLE);
        }
        return this;
    }

    /** Quanta of one packet of the second device. */
    public ReceiverTraces singleOfSecond(int quanta) {
        device = 1;
        single(quanta);
        device = 0;
        return this;
    }

    /**
     * A quantum of three packets, of which the later ones are of {@code second} and {@code third};
     * it answers each, 500, 1,000 and 1,500 ns after it began with it.
     */
    public ReceiverTraces batchedOfBoth(int second, int third) {
        long ns = switchedIn(RECEIVER);
        answer(ns + 2_500);
        device = second;
        silent(ns + 4_000);
        answer(ns + 9_900);
        device = third;
        silent(ns + 11_500);
        answer(ns + 17_300);
        device = 0;
        trace.switchTo(ns + 19_700, 0, "S", TraceText.IDLE);
        return this;
    }

    /**
     * One quantum of {@link #batched} in which another task preempts the receiver for 4,000 ns, 500
     * ns after its first answer. The way there takes 1,500.
     *
     * @param backNs what the way back takes
     */
    public ReceiverTraces preempted(long backNs) {
        long ns = switchedIn(RECEIVER);
        answer(ns + 3_000);
        trace.timer(ns + 4_400, 0)
                .wake(ns + 5_000, 0, OTHER)
                .timerEnd(ns + 5_400, 0)
                .switchTo(ns + 6_900, 0, "R", OTHER)
                .switchTo(ns + 10_900, 0, "S", RECEIVER);
        long back = ns + 10_900 + backNs;
        silent(back + 1_000);
        answer(back + 5_500);
        trace.switchTo(back + 8_400, 0, "S", TraceText.IDLE);
        return this;
    }

    /** Quanta of another task that packets of the same device wake. */
    public ReceiverTraces others(int quanta) {
        for (int i = 0; i < quanta; i++) {
            long ns = switchedIn(OTHER);
            trace.switchTo(ns + 5_000, 0, "S", TraceText.IDLE);
        }
        return this;
    }

    /** Packets that find the receiver asleep and do not wake it. */
    public ReceiverTraces unheard(int packets) {
        for (int i = 0; i < packets; i++) {
            silent(nextNs);
            nextNs += PERIOD_NS;
        }
        return this;
    }

    /** A packet in a quantum of the receiver of which no event tells the wake. */
    public ReceiverTraces unexplained() {
        long ns = nextNs;
        nextNs += PERIOD_NS;
        trace.switchTo(ns, 0, "R", RECEIVER);
        silent(ns + 1_000);
        trace.switchTo(ns + 9_000, 0, "S", TraceText.IDLE);
        return this;
    }

    private long switchedIn(String task) {
        long ns = nextNs;
        nextNs += PERIOD_NS;
        interrupt(ns);
        trace.soft(ns + 1_400, 0, NET_RX)
                .waking(ns + 2_000, 0, task, 0)
                .wakeup(ns + 2_600, 0, task, 0)
                .softEnd(ns + 4_000, 0, NET_RX)
                .switchTo(ns + 9_000, 0, "R", task);
        return ns + 9_000;
    }

    private void silent(long ns) {
        interrupt(ns);
        trace.soft(ns + 1_400, 0, NET_RX).softEnd(ns + 3_000, 0, NET_RX);
    }

    private void interrupt(long ns) {
        trace.irq(ns, 0, IRQ + device, "eth" + device)
                .raise(ns + 500, 0, NET_RX)
                .irqEnd(ns + 1_000, 0, IRQ + device);
    }

    private void answer(long ns) {
        trace.raise(ns, 0, NET_TX).soft(ns + 400, 0, NET_TX).softEnd(ns + 900, 0, NET_TX);
    }
}
