package org.irqlab.lab.replay;

import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

import java.util.Locale;
import java.util.Optional;

/**
 * How much of a plan's network traffic is closed loop: sender → NET_RX → receiver → reply. Only
 * packets that never leave the machine can be: loopback, veth. What a network card received was
 * sent by nobody in the trace.
 */
final class PacketPairing {
    private static final byte WAKE = (byte) ActionKind.WAKE.ordinal();
    private static final byte DELIVER = (byte) ActionKind.DELIVER.ordinal();
    private static final byte RAISE = (byte) ActionKind.RAISE.ordinal();

    private final ReplayPlan plan;
    private int runs;
    private int sent;
    private int woke;
    private int delivered;
    private int replies;

    private PacketPairing(ReplayPlan plan) {
        this.plan = plan;
        boolean[] follows = new boolean[plan.costNs.length];
        for (int a = 0; a < plan.costNs.length; a++) {
            // What an interrupt raises came from outside.
            boolean sends = plan.activityKind[a] != ActivityKind.TOP_HALF.ordinal();
            for (int i = plan.firstAction[a]; i < plan.firstAction[a + 1]; i++) {
                int child = plan.actionActivity[i];
                if (sends && plan.actionKind[i] == RAISE && child != ReplayPlan.NONE) {
                    follows[child] = true;
                }
            }
        }
        for (int a = 0; a < plan.costNs.length; a++) {
            if (receives(a)) {
                runs++;
                sent += follows[a] ? 1 : 0;
                count(a);
            }
        }
    }

    private boolean receives(int activity) {
        return plan.activityKind[activity] == ActivityKind.SOFTIRQ.ordinal()
                && plan.activitySubject[activity] == SoftirqVector.NET_RX.ordinal();
    }

    private void count(int run) {
        for (int action = plan.firstAction[run]; action < plan.firstAction[run + 1]; action++) {
            int quantum = plan.actionActivity[action];
            byte kind = plan.actionKind[action];
            if (quantum == ReplayPlan.NONE || kind != WAKE && kind != DELIVER) {
                continue;
            }
            woke += kind == WAKE ? 1 : 0;
            delivered += kind == DELIVER ? 1 : 0;
            replies += sends(quantum) ? 1 : 0;
        }
    }

    private boolean sends(int quantum) {
        for (int a = plan.firstAction[quantum]; a < plan.firstAction[quantum + 1]; a++) {
            int child = plan.actionActivity[a];
            if (plan.actionKind[a] == RAISE && child != ReplayPlan.NONE && receives(child)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the line for the report; empty without network traffic. */
    static Optional<String> line(ReplayPlan plan) {
        var pairing = new PacketPairing(plan);
        if (pairing.runs == 0) {
            return Optional.empty();
        }
        return Optional.of(
                String.format(
                        Locale.ROOT,
                        "packets: %d of %d NET_RX runs follow the task that sent them (%.1f %%),"
                            + " the rest its interrupt or a recorded time; %d wake a replayed task,"
                            + " %d find one awake, %d of these are answered",
                        pairing.sent,
                        pairing.runs,
                        100.0 * pairing.sent / pairing.runs,
                        pairing.woke,
                        pairing.delivered,
                        pairing.replies));
    }
}
