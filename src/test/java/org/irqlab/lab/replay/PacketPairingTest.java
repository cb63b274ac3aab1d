package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.ReceiverTraces;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacketPairingTest {
    private static final int NET_RX = 3;
    private static final String CLIENT = "client-100";
    private static final String SERVER = "server-200";

    @Test
    void packetsOfANetworkCardWereSentByNobody() {
        ReplayPlan plan = new ReceiverTraces().single(20).batched(20).trace().plan();
        assertEquals(
                "packets: 0 of 60 NET_RX runs follow the task that sent them (0.0 %), the rest its"
                        + " interrupt or a recorded time; 40 wake a replayed task, 20 find one"
                        + " awake, 0 of these are answered",
                PacketPairing.line(plan).orElseThrow());
    }

    @Test
    void requestAndReplyOverLoopbackFollowTheirSenders() {
        var trace = new TraceText();
        trace.timer(10_000, 0).wake(11_000, 0, CLIENT).timerEnd(12_000, 0);
        trace.switchTo(20_000, 0, "R", CLIENT);
        sends(trace, 25_000, SERVER);
        trace.switchTo(40_000, 0, "S", SERVER);
        sends(trace, 45_000, CLIENT);
        trace.switchTo(60_000, 0, "S", CLIENT);
        trace.switchTo(70_000, 0, "S", TraceText.IDLE);
        assertEquals(
                "packets: 2 of 2 NET_RX runs follow the task that sent them (100.0 %), the rest its"
                        + " interrupt or a recorded time; 2 wake a replayed task, 0 find one awake,"
                        + " 1 of these are answered",
                PacketPairing.line(trace.plan()).orElseThrow());
    }

    private static void sends(TraceText trace, long ns, String receiver) {
        trace.raise(ns, 0, NET_RX)
                .soft(ns + 400, 0, NET_RX)
                .waking(ns + 1_000, 0, receiver, 0)
                .wakeup(ns + 1_600, 0, receiver, 0)
                .softEnd(ns + 2_000, 0, NET_RX);
    }

    @Test
    void traceWithoutPacketsHasNoLine() {
        var trace = new TraceText().timer(10_000, 0).timerEnd(12_000, 0);
        assertTrue(PacketPairing.line(trace.plan()).isEmpty());
    }
}
