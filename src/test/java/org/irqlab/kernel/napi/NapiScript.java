package org.irqlab.kernel.napi;

import java.util.Random;

/** What devices and drivers do at random, said once for the machine and for its model. */
final class NapiScript {
    static final int CPUS = 2;
    static final int INSTANCES = 8;

    private static final int MOST_EVENTS = 400;

    private final int seed;
    private final int[] polls = new int[INSTANCES];

    NapiScript(int seed) {
        this.seed = seed;
    }

    /** One of the two sides. */
    interface Target {
        /** Something to poll for. */
        void events(int napi, int count);

        void schedule(int napi, int cpu);

        void runNetRx(int cpu);

        /** Announces a disable, or goes on with one; ends it if nobody owns the instance. */
        void disable(int napi);

        void enable(int napi, int cpu);

        /** A task takes the instance, polls it once, and stops. */
        void busyPoll(int napi, int cpu);
    }

    static void play(long step, Target target) {
        var random = new Random(step);
        int choice = random.nextInt(18);
        int napi = random.nextInt(INSTANCES);
        int cpu = random.nextInt(CPUS);
        int count = 1 + random.nextInt(MOST_EVENTS);
        switch (choice) {
            case 0, 1, 2, 3 -> target.schedule(napi, cpu);
            case 4, 5, 6 -> target.runNetRx(cpu);
            case 7, 8, 9 -> target.events(napi, count);
            case 10, 14, 15, 16, 17 -> target.events(napi, count);
            case 13 -> target.disable(napi);
            case 11, 12 -> target.enable(napi, cpu);
            default -> target.busyPoll(napi, cpu);
        }
    }

    /** What happens while an instance is polled, after the last look for events. */
    void duringPoll(int napi, int cpu, boolean nested, Target target) {
        var random = new Random((seed * 131L + napi) * 65_537 + polls[napi]++);
        random.nextInt();
        int other = random.nextInt(INSTANCES);
        switch (random.nextInt(8)) {
            case 0 -> {
                target.events(napi, 3);
                target.schedule(napi, 1 - cpu);
            }
            case 1 -> target.schedule(other, cpu);
            case 2 -> target.schedule(other, 1 - cpu);
            case 3 -> target.disable(napi);
            case 4 -> {
                if (!nested) {
                    target.runNetRx(1 - cpu);
                }
            }
            default -> {
                // Nothing.
            }
        }
    }
}
