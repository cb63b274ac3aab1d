package org.irqlab.kernel.softirq;

/**
 * How the bottom halves of a machine behave.
 *
 * @param killReportNs how long a tasklet's kill waits before it is reported
 */
public record SoftirqSettings(SoftirqPolicy policy, long killReportNs) {
    private static final long KILL_REPORT_NS = 1_000_000_000;

    public SoftirqSettings {
        if (killReportNs <= 0) {
            throw new IllegalArgumentException("killReportNs=" + killReportNs + " <= MINIMUM=0");
        }
    }

    /** As Linux 6.18. The kernel reports no kill that hangs, but the task, after two minutes. */
    public static SoftirqSettings linux618() {
        return new SoftirqSettings(SoftirqPolicy.INLINE, KILL_REPORT_NS);
    }

    public SoftirqSettings withPolicy(SoftirqPolicy choice) {
        return new SoftirqSettings(choice, killReportNs);
    }

    public SoftirqSettings withKillReportNs(long ns) {
        return new SoftirqSettings(policy, ns);
    }
}
