package org.irqlab.kernel.softirq;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What the driver, the interrupts and the softirqs of one random run do. The same question always
 * has the same answer, so that a machine and its model, which ask in turn, can be held against each
 * other.
 */
final class SoftirqScript {
    private static final int VECTORS = SoftirqVector.count();
    private static final int MOST_DISABLES = 3;
    private static final int STORM_PERIOD = 48;
    private static final int STORM_LENGTH = 14;

    /** Whom the steps are played on. */
    interface Target {
        void raise(int vector);

        void raiseWithoutWake(int vector);

        /**
         * @param held whether it arrives with interrupts off, to be taken when they are on again
         */
        void interrupt(boolean held);

        void disableBottomHalves();

        void enableBottomHalves();

        void wakeUrgentTask();

        /** Leaves preemption off at the end of a handler or an action. */
        void leak();

        void reschedulePoint();

        /** The driver sleeps until the CPU is idle. */
        void sleep();

        /** As {@link #sleep}, and the idle CPU takes an interrupt before it wakes the driver. */
        void sleepWithInterruptInIdle();
    }

    /** One step. */
    @FunctionalInterface
    interface Step {
        void play(Target target);
    }

    private final long seed;
    private final int stormVector;

    SoftirqScript(long seed) {
        this.seed = seed;
        stormVector = random(0, 0).nextInt(VECTORS);
    }

    private Random random(int who, int run) {
        var random = new Random((seed * 1_009 + who) * 100_003 + run);
        random.nextInt(); // The first value hardly depends on the seed.
        return random;
    }

    /** Returns the driver's steps. */
    List<Step> driver(int operations) {
        Random random = random(1, 0);
        var steps = new ArrayList<Step>();
        int disables = 0;
        while (steps.size() < operations) {
            int choice = random.nextInt(100);
            int vector = random.nextInt(VECTORS);
            if (choice < 15) {
                steps.add(t -> t.raise(vector));
            } else if (choice < 25) {
                steps.add(t -> t.raiseWithoutWake(vector));
            } else if (choice < 50) {
                steps.add(t -> t.interrupt(vector % 2 == 0));
            } else if (choice < 60 && disables < MOST_DISABLES) {
                disables++;
                steps.add(Target::disableBottomHalves);
            } else if (choice < 75 && disables > 0) {
                disables--;
                steps.add(Target::enableBottomHalves);
            } else if (choice < 80) {
                steps.add(Target::wakeUrgentTask);
            } else if (disables == 0) {
                steps.add(sleepOrReschedule(choice));
            }
        }
        for (; disables > 0; disables--) {
            steps.add(Target::enableBottomHalves);
        }
        steps.add(Target::sleep);
        return steps;
    }

    private static Step sleepOrReschedule(int choice) {
        return choice < 86
                ? Target::reschedulePoint
                : choice < 95 ? Target::sleep : Target::sleepWithInterruptInIdle;
    }

    /** Returns what the {@code run}-th interrupt does. */
    List<Step> interrupt(int run) {
        Random random = random(2, run);
        var steps = new ArrayList<Step>();
        for (int left = random.nextInt(3); left > 0; left--) {
            int vector = random.nextInt(VECTORS);
            steps.add(left % 2 == 0 ? t -> t.raise(vector) : t -> t.raiseWithoutWake(vector));
        }
        seldom(random, steps);
        return steps;
    }

    /** Returns what the {@code run}-th run of a vector does. */
    List<Step> softirq(int vector, int run) {
        Random random = random(3 + vector, run);
        var steps = new ArrayList<Step>();
        boolean storm = vector == stormVector && run % STORM_PERIOD < STORM_LENGTH;
        if (storm) {
            steps.add(t -> t.raise(vector));
        }
        int choice = random.nextInt(100);
        int other = random.nextInt(VECTORS);
        if (choice < 30) {
            steps.add(t -> t.raise(other));
        } else if (choice < 45) {
            steps.add(t -> t.interrupt(other % 2 == 0));
        } else if (choice < 55) {
            steps.add(Target::disableBottomHalves);
            steps.add(t -> t.raise(other));
            steps.add(t -> t.interrupt(false));
            steps.add(Target::enableBottomHalves);
        }
        if (!storm) {
            seldom(random, steps);
        }
        return steps;
    }

    private static void seldom(Random random, List<Step> steps) {
        int choice = random.nextInt(100);
        if (choice < 4) {
            steps.add(Target::wakeUrgentTask);
        } else if (choice < 8) {
            steps.add(Target::leak);
        }
    }
}
