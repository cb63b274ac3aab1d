package org.irqlab.kernel.watch;

/**
 * How long the watchdogs wait.
 *
 * @param lockupNs the threshold: a hard lockup is reported after it, a soft one after twice that
 * @param hungTaskNs how long a task may sleep uninterruptibly
 */
public record WatchdogTimes(long lockupNs, long hungTaskNs) {
    private static final long NS_PER_S = 1_000_000_000;

    public WatchdogTimes {
        if (lockupNs < SAMPLES) {
            throw new IllegalArgumentException("lockupNs=" + lockupNs + " < MINIMUM=" + SAMPLES);
        }
        if (hungTaskNs < 1) {
            throw new IllegalArgumentException("hungTaskNs=" + hungTaskNs + " < MINIMUM=1");
        }
    }

    /** Samples of the soft watchdog in the time after which it reports. */
    static final int SAMPLES = 5;

    /** Ten seconds and two minutes, as Linux has them. */
    public static WatchdogTimes linux() {
        return new WatchdogTimes(10 * NS_PER_S, 120 * NS_PER_S);
    }

    /** The same watchdogs, {@code factor} times as impatient. */
    public WatchdogTimes faster(int factor) {
        return new WatchdogTimes(lockupNs / factor, hungTaskNs / factor);
    }

    /** How long a CPU may run kernel code without a switch. */
    public long softLockupNs() {
        return 2 * lockupNs;
    }

    /** Period of the soft watchdog's samples. */
    public long sampleNs() {
        return softLockupNs() / SAMPLES;
    }
}
