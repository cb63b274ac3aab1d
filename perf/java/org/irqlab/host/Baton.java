package org.irqlab.host;

import java.util.concurrent.locks.LockSupport;

/** A baton between threads 0 and 1, in the ways that are compared. */
abstract class Baton {
    /** Hands the baton to the other thread. */
    abstract void give(int to);

    /** Waits for the baton. */
    abstract void take(int me);

    /** Tells which thread is {@code me}, before the first hand-over. */
    void join(int me, Thread thread) {}

    /** The bare limit of the Java library: a turn and a permit. */
    static final class Park extends Baton {
        private final Thread[] threads = new Thread[2];
        private volatile int turn;

        @Override
        void join(int me, Thread thread) {
            threads[me] = thread;
        }

        @Override
        void give(int to) {
            turn = to;
            LockSupport.unpark(threads[to]);
        }

        @Override
        void take(int me) {
            while (turn != me) {
                LockSupport.park(this);
            }
        }
    }

    /**
     * Sound only while no third thread is runnable on the core: the limit of two context switches.
     */
    static final class Yield extends Baton {
        private volatile int turn;

        @Override
        void give(int to) {
            turn = to;
        }

        @Override
        void take(int me) {
            while (turn != me) {
                Thread.yield();
            }
        }
    }

    /** The limit between two cores. */
    static final class Spin extends Baton {
        private volatile int turn;

        @Override
        void give(int to) {
            turn = to;
        }

        @Override
        void take(int me) {
            while (turn != me) {
                Thread.onSpinWait();
            }
        }
    }

    /** What the engine uses: one gate per thread. */
    static final class Gated extends Baton {
        private final Gate[] gates;

        Gated(Gate first, Gate second) {
            gates = new Gate[] {first, second};
        }

        @Override
        void give(int to) {
            gates[to].signal();
        }

        @Override
        void take(int me) {
            gates[me].await();
        }
    }

    /** A gate after a bounded number of yields. */
    static final class YieldThenGate extends Baton {
        private final Gate[] gates;
        private final int yields;

        YieldThenGate(int yields) {
            this.yields = yields;
            gates = new Gate[] {new FutexGate(), new FutexGate()};
        }

        @Override
        void give(int to) {
            gates[to].signal();
        }

        @Override
        void take(int me) {
            Gate gate = gates[me];
            for (int i = 0; i < yields; i++) {
                if (gate.awaitNanos(0)) {
                    return;
                }
                Thread.yield();
            }
            gate.await();
        }
    }
}
