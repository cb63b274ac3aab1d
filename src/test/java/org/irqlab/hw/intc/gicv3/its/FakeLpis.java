package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * The LPIs of one redistributor: pending bits, the guest's configuration and the cached copy of it.
 */
final class FakeLpis implements LpiRedistributor {
    static final int FIRST = 8192;
    static final int NONE = -1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] pending;
    // The configuration table in memory, shared by all redistributors, and this one's cache of it.
    private final long[] configured;
    private final long[] enabled;
    private volatile boolean on = true;

    FakeLpis(long[] configured) {
        this.configured = configured;
        pending = new long[configured.length];
        enabled = new long[configured.length];
    }

    /** A configuration table for {@code lpis} LPIs, all enabled. */
    static long[] configuration(int lpis) {
        long[] words = new long[(lpis + Long.SIZE - 1) / Long.SIZE];
        Arrays.fill(words, -1L);
        return words;
    }

    /** Redistributors of one machine, with their caches filled. */
    static FakeLpis[] machine(int redistributors, int lpis) {
        long[] configured = configuration(lpis);
        var all = new FakeLpis[redistributors];
        for (int n = 0; n < redistributors; n++) {
            all[n] = new FakeLpis(configured);
            all[n].invalidateAll();
        }
        return all;
    }

    static void configure(long[] configured, int intId, boolean enable) {
        if (enable) {
            WORD.getAndBitwiseOr(configured, word(intId), bit(intId));
        } else {
            WORD.getAndBitwiseAnd(configured, word(intId), ~bit(intId));
        }
    }

    long[] configured() {
        return configured;
    }

    void switchOn(boolean value) {
        on = value;
    }

    @Override
    public FireOutcome trigger(int intId) {
        if (!holds(intId)) {
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        if (!on) {
            return FireOutcome.DROPPED_DISABLED;
        }
        long before = (long) WORD.getAndBitwiseOr(pending, word(intId), bit(intId));
        boolean was = (before & bit(intId)) != 0;
        if (enabled(intId)) {
            return was ? FireOutcome.COALESCED : FireOutcome.LATCHED;
        }
        return was ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
    }

    @Override
    public boolean clear(int intId) {
        if (!holds(intId)) {
            return false;
        }
        long before = (long) WORD.getAndBitwiseAnd(pending, word(intId), ~bit(intId));
        return (before & bit(intId)) != 0;
    }

    @Override
    public void invalidate(int intId) {
        if (holds(intId)) {
            configure(enabled, intId, isSet(configured, intId));
        }
    }

    @Override
    public void invalidateAll() {
        for (int word = 0; word < enabled.length; word++) {
            WORD.setVolatile(enabled, word, (long) WORD.getVolatile(configured, word));
        }
    }

    /** Takes the lowest LPI that is pending and enabled, or {@link #NONE}. */
    int acknowledge() {
        for (int word = 0; word < pending.length; word++) {
            long bits =
                    (long) WORD.getVolatile(pending, word) & (long) WORD.getVolatile(enabled, word);
            if (bits != 0) {
                int intId = FIRST + word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                // A command may have taken it meanwhile.
                return clear(intId) ? intId : NONE;
            }
        }
        return NONE;
    }

    boolean pending(int intId) {
        return isSet(pending, intId);
    }

    boolean enabled(int intId) {
        return isSet(enabled, intId);
    }

    TreeSet<Integer> allPending() {
        var all = new TreeSet<Integer>();
        for (int intId = FIRST; holds(intId); intId++) {
            if (pending(intId)) {
                all.add(intId);
            }
        }
        return all;
    }

    private boolean holds(int intId) {
        return intId >= FIRST && intId < FIRST + pending.length * Long.SIZE;
    }

    private static boolean isSet(long[] words, int intId) {
        return ((long) WORD.getVolatile(words, word(intId)) & bit(intId)) != 0;
    }

    private static int word(int intId) {
        return (intId - FIRST) / Long.SIZE;
    }

    private static long bit(int intId) {
        return 1L << intId;
    }
}
