package org.irqlab.kernel.napi;

/**
 * The knobs of a machine's receive path.
 *
 * @param budget packets of one NET_RX run, net.core.netdev_budget
 * @param budgetTicks ticks of one NET_RX run, net.core.netdev_budget_usecs
 * @param busyBudget packets of one turn of a busy poller
 * @param flushTimeoutNs after a poll that found something, how long the device's interrupt may stay
 *     off before the timer polls, gro_flush_timeout
 * @param deferHardIrqs how many polls in a row may find nothing until the interrupt is turned on,
 *     napi_defer_hard_irqs
 */
public record NapiSettings(
        int budget, int budgetTicks, int busyBudget, long flushTimeoutNs, int deferHardIrqs) {
    private static final int BUDGET = 300;
    private static final int BUDGET_TICKS = 2;
    private static final int BUSY_BUDGET = 8;

    public NapiSettings {
        if (budget <= 0 || budgetTicks <= 0 || busyBudget <= 0) {
            throw new IllegalArgumentException(
                    "budget=%d budgetTicks=%d busyBudget=%d, one of them <= MINIMUM=0"
                            .formatted(budget, budgetTicks, busyBudget));
        }
    }

    /** As Linux 6.18 boots: interrupts are not deferred. */
    public static NapiSettings linux618() {
        return new NapiSettings(BUDGET, BUDGET_TICKS, BUSY_BUDGET, 0, 0);
    }

    /** With interrupts that stay off while polls, timed by {@code timeoutNs}, find something. */
    public NapiSettings withDeferral(long timeoutNs, int emptyPolls) {
        return new NapiSettings(budget, budgetTicks, busyBudget, timeoutNs, emptyPolls);
    }
}
