package org.irqlab.hw.device;

/**
 * When a queue interrupts for frames: as soon as {@code frames} have come, or {@code usecs} after
 * the first of them, whichever is sooner.
 *
 * @param usecs 0 for at once
 * @param frames 0 for no limit of their number
 * @see "ethtool(8), coalescing parameters rx-usecs and rx-frames"
 */
public record Moderation(int usecs, int frames) {
    /** An interrupt for every frame. */
    public static final Moderation NONE = new Moderation(0, 0);

    private static final long NS_PER_US = 1_000;

    public Moderation {
        if (usecs < 0 || frames < 0) {
            throw new IllegalArgumentException(
                    "usecs=%d frames=%d, one of them < MINIMUM=0".formatted(usecs, frames));
        }
    }

    long delayNs() {
        return usecs * NS_PER_US;
    }
}
