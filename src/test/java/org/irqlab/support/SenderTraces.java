package org.irqlab.support;

import java.util.function.IntPredicate;

/**
 * One load under two settings, as the kernel would print it: a task that the timer wakes every 200
 * µs sends a packet to itself, which a NAPI poll takes, in a softirq or in a NAPI thread.
 */
public final class SenderTraces {
    public static final String SENDER = "sender-100";
    public static final String NAPI_THREAD = "napi/vB-1-300";
    private static final int TIMER = 1;
    private static final int NET_RX = 3;
    private static final long PERIOD_NS = 200_000;

    private SenderTraces() {}

    public static TraceText softirq(int packets) {
        var trace = new TraceText();
        for (int i = 0; i < packets; i++) {
            long ns = send(trace, i);
            trace.raise(ns, 0, NET_RX)
                    .soft(ns + 400, 0, NET_RX)
                    .poll(ns + 3_000, 0, 1)
                    .softEnd(ns + 3_400, 0, NET_RX)
                    .switchTo(ns + 10_000, 0, "S", TraceText.IDLE);
        }
        return trace;
    }

    /** As the other; every second wake of the NAPI thread preempts the sender. */
    public static TraceText threaded(int packets) {
        return threaded(packets, i -> i % 2 == 0);
    }

    /**
     * @param preempts which wakes of the NAPI thread preempt the sender
     */
    public static TraceText threaded(int packets, IntPredicate preempts) {
        var trace = new TraceText();
        for (int i = 0; i < packets; i++) {
            long ns = send(trace, i);
            trace.wake(ns, 0, NAPI_THREAD);
            if (preempts.test(i)) {
                trace.switchTo(ns + 2_000, 0, "R", NAPI_THREAD)
                        .poll(ns + 5_000, 0, 1)
                        .switchTo(ns + 6_000, 0, "S", SENDER)
                        .switchTo(ns + 12_000, 0, "S", TraceText.IDLE);
            } else {
                trace.switchTo(ns + 20_000 + i % 10, 0, "S", NAPI_THREAD)
                        .poll(ns + 23_000, 0, 1)
                        .switchTo(ns + 24_000, 0, "S", TraceText.IDLE);
            }
        }
        return trace;
    }

    private static long send(TraceText trace, int packet) {
        long ns = packet * PERIOD_NS;
        trace.timer(ns, 0)
                .wake(ns + 1_000, 0, SENDER)
                .raise(ns + 2_000, 0, TIMER)
                .timerEnd(ns + 3_000, 0)
                .soft(ns + 3_400, 0, TIMER)
                .softEnd(ns + 4_000, 0, TIMER)
                .switchTo(ns + 6_000, 0, "R", SENDER);
        return ns + 20_000;
    }
}
