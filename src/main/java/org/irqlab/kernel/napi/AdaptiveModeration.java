package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;
import org.irqlab.hw.device.Moderation;

import java.util.List;

/**
 * Chooses the moderation of a receive queue by its traffic: climbs along five profiles as long as
 * that helps, and parks where it stops helping.
 *
 * <p>Every 64 events it compares the rates of the time that has passed with those of the time
 * before: bytes first, then packets, then events, where fewer are better; a difference counts from
 * more than 10 %.
 *
 * <table>
 * <caption>What it does</caption>
 * <tr><th>state</th><th>compared</th><th>then</th></tr>
 * <tr><td>going right or left</td><td>better</td><td>one profile further</td></tr>
 * <tr><td></td><td>same or worse</td><td>turns round, and goes one profile back</td></tr>
 * <tr><td></td><td>turned round after at least two steps, or at the last profile</td>
 *     <td>parks on top</td></tr>
 * <tr><td></td><td>ten steps without rest</td><td>parks tired</td></tr>
 * <tr><td>parked on top</td><td>same</td><td>stays, and compares with the same time again</td></tr>
 * <tr><td></td><td>better or worse</td><td>leaves: left, from the first profile right</td></tr>
 * <tr><td>parked tired</td><td>not looked at</td><td>after ten rounds leaves the same way</td></tr>
 * </table>
 *
 * <p><b>Threads.</b> The queue's poll.
 *
 * @see "Linux lib/dim/net_dim.c, net_dim_decision and net_dim_stats_compare; lib/dim/dim.c;
 *     include/linux/dim.h; Documentation/networking/net_dim.rst"
 */
public final class AdaptiveModeration {
    /** Events between two decisions. */
    static final int EVENTS = 64;

    private static final int SIGNIFICANT_PERCENT = 10;
    private static final long US_PER_MS = 1_000;
    private static final long NS_PER_US = 1_000;

    /** The receive profiles for moderation that starts with an event; NET_DIM_RX_EQE_PROFILES. */
    public static final List<Moderation> EVENT_PROFILES =
            List.of(
                    new Moderation(1, 256),
                    new Moderation(8, 256),
                    new Moderation(64, 256),
                    new Moderation(128, 256),
                    new Moderation(256, 256));

    private static final int FIRST_PROFILE = 1;

    enum Tune {
        PARKED_ON_TOP,
        PARKED_TIRED,
        GOING_RIGHT,
        GOING_LEFT
    }

    private enum Compared {
        WORSE,
        SAME,
        BETTER
    }

    private final List<Moderation> profiles;
    private final int mostSteps;

    private Tune tune = Tune.GOING_RIGHT;
    private int profile = FIRST_PROFILE;
    private int stepsRight;
    private int stepsLeft;
    private int tired;
    private boolean measuring;

    // The sample at which the measurement began, and the rates of the one before, per ms.
    private long startNs;
    private long startEvents;
    private long startPackets;
    private long startBytes;
    private long bytesPerMs;
    private long packetsPerMs;
    private long eventsPerMs;
    private long lastBytesPerMs;
    private long lastPacketsPerMs;
    private long lastEventsPerMs;

    public AdaptiveModeration() {
        this(EVENT_PROFILES);
    }

    public AdaptiveModeration(List<Moderation> profiles) {
        if (profiles.size() <= FIRST_PROFILE) {
            throw new IllegalArgumentException(
                    "profiles=" + profiles.size() + " <= MINIMUM=" + FIRST_PROFILE);
        }
        this.profiles = List.copyOf(profiles);
        mostSteps = 2 * profiles.size();
    }

    /** Returns the moderation that the queue is to have now. */
    public Moderation moderation() {
        return profiles.get(profile);
    }

    /** Returns the number of the profile in use. */
    public int profile() {
        return profile;
    }

    Tune tune() {
        return tune;
    }

    /**
     * Takes the counters of the queue at the end of a poll.
     *
     * @return whether {@link #moderation} has changed: the caller gives it to the device; the next
     *     measurement begins with the next sample
     */
    @HotPath
    public boolean sample(long events, long packets, long bytes, long nowNs) {
        if (measuring) {
            long usecs = (nowNs - startNs) / NS_PER_US;
            if (events - startEvents < EVENTS || usecs == 0) {
                return false;
            }
            eventsPerMs = Math.ceilDiv(EVENTS * US_PER_MS, usecs);
            packetsPerMs = Math.ceilDiv((packets - startPackets) * US_PER_MS, usecs);
            bytesPerMs = Math.ceilDiv((bytes - startBytes) * US_PER_MS, usecs);
            if (decide()) {
                measuring = false;
                return true;
            }
        }
        measuring = true;
        startNs = nowNs;
        startEvents = events;
        startPackets = packets;
        startBytes = bytes;
        return false;
    }

    private boolean decide() {
        Tune before = tune;
        int was = profile;
        switch (tune) {
            case PARKED_ON_TOP -> {
                if (compare() != Compared.SAME) {
                    leavePark();
                }
            }
            case PARKED_TIRED -> {
                if (--tired == 0) {
                    leavePark();
                }
            }
            case GOING_RIGHT, GOING_LEFT -> climb();
        }
        if (before != Tune.PARKED_ON_TOP || tune != Tune.PARKED_ON_TOP) {
            lastBytesPerMs = bytesPerMs;
            lastPacketsPerMs = packetsPerMs;
            lastEventsPerMs = eventsPerMs;
        }
        return profile != was;
    }

    private void climb() {
        if (compare() != Compared.BETTER) {
            turn();
        }
        if (onTop()) {
            park(Tune.PARKED_ON_TOP);
        } else if (tired == mostSteps) {
            park(Tune.PARKED_TIRED);
        } else if (!step()) {
            park(Tune.PARKED_ON_TOP);
        }
    }

    /** Better is more bytes; with as many bytes more packets; with as many packets fewer events. */
    private Compared compare() {
        if (lastBytesPerMs == 0) {
            return bytesPerMs > 0 ? Compared.BETTER : Compared.SAME;
        }
        if (differs(bytesPerMs, lastBytesPerMs)) {
            return bytesPerMs > lastBytesPerMs ? Compared.BETTER : Compared.WORSE;
        }
        if (lastPacketsPerMs == 0) {
            return packetsPerMs > 0 ? Compared.BETTER : Compared.SAME;
        }
        if (differs(packetsPerMs, lastPacketsPerMs)) {
            return packetsPerMs > lastPacketsPerMs ? Compared.BETTER : Compared.WORSE;
        }
        if (differs(eventsPerMs, lastEventsPerMs)) {
            return eventsPerMs < lastEventsPerMs ? Compared.BETTER : Compared.WORSE;
        }
        return Compared.SAME;
    }

    private static boolean differs(long value, long reference) {
        return reference != 0
                && 100 * Math.abs(value - reference) / reference > SIGNIFICANT_PERCENT;
    }

    private boolean onTop() {
        return tune == Tune.GOING_RIGHT
                ? stepsLeft > 1 && stepsRight == 1
                : stepsRight > 1 && stepsLeft == 1;
    }

    private void turn() {
        if (tune == Tune.GOING_RIGHT) {
            tune = Tune.GOING_LEFT;
            stepsLeft = 0;
        } else {
            tune = Tune.GOING_RIGHT;
            stepsRight = 0;
        }
    }

    /** Takes one step; {@code false} at the edge. */
    private boolean step() {
        if (tune == Tune.GOING_RIGHT) {
            if (profile == profiles.size() - 1) {
                return false;
            }
            profile++;
            stepsRight++;
        } else {
            if (profile == 0) {
                return false;
            }
            profile--;
            stepsLeft++;
        }
        tired++;
        return true;
    }

    private void park(Tune where) {
        stepsRight = 0;
        stepsLeft = 0;
        if (where == Tune.PARKED_ON_TOP) {
            tired = 0;
        }
        tune = where;
    }

    private void leavePark() {
        tune = profile > 0 ? Tune.GOING_LEFT : Tune.GOING_RIGHT;
        step();
    }
}
