package org.irqlab.kernel.sched.fair;

import static java.lang.Math.addExact;
import static java.lang.Math.multiplyExact;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the fair class written down one by one, with lists and exact arithmetic that throws
 * when it overflows: what {@link FairQueue} is held against. Slow, and free of every trick: sums
 * are added up when asked for, the tree is a list in order of insertion, virtual times never wrap.
 */
final class NaiveFairQueue {
    /** One task, as the kernel's entity. */
    static final class Task {
        FairPolicy policy;
        int nice;
        boolean custom;
        long slice;
        long v;
        long d;
        long vlag;
        boolean rel;
        boolean delayed;
        boolean onRq;
        long execStart;
        long executed;
        // "vlag" and "vprot" of a running entity.
        long stamp;
        long vprot;

        Task(FairPolicy policy, int nice) {
            this.policy = policy;
            this.nice = nice;
        }

        long w() {
            return FairWeights.weight(policy, nice);
        }

        long virtual(long delta) {
            if (w() == 1024) {
                return delta;
            }
            BigInteger fact =
                    BigInteger.valueOf(1024)
                            .multiply(BigInteger.valueOf(FairWeights.inverse(policy, nice)));
            int shift = 32;
            int high = fact.shiftRight(32).bitLength();
            return BigInteger.valueOf(delta)
                    .multiply(fact.shiftRight(high))
                    .shiftRight(shift - high)
                    .longValueExact();
        }
    }

    final FairProfile profile;
    final List<Task> tree = new ArrayList<>();
    final List<Task> finished = new ArrayList<>();
    Task curr;
    boolean resched;
    private final long base;
    private final long tickNs;
    private long lastV;

    NaiveFairQueue(FairProfile profile, int cpus, long tickNs) {
        this.profile = profile;
        long normalized = profile == FairProfile.LINUX_6_12 ? 750_000 : 700_000;
        int log = 0;
        while (2 << log <= Math.min(cpus, 8)) {
            log++;
        }
        this.base = normalized * (1 + log);
        this.tickNs = tickNs;
    }

    private boolean stamps() {
        return profile == FairProfile.LINUX_6_12 || profile == FairProfile.LINUX_6_12_117;
    }

    List<Task> queued() {
        List<Task> all = new ArrayList<>(tree);
        if (curr != null && curr.onRq) {
            all.add(curr);
        }
        return all;
    }

    int nr() {
        return queued().size();
    }

    long weight() {
        long sum = 0;
        for (Task t : queued()) {
            sum += t.w();
        }
        return sum;
    }

    private long sum(long v0) {
        long sum = 0;
        for (Task t : queued()) {
            sum = addExact(sum, multiplyExact(t.v - v0, t.w()));
        }
        return sum;
    }

    long avg() {
        if (queued().isEmpty()) {
            return lastV;
        }
        long v0 = queued().getFirst().v;
        return v0 + Math.floorDiv(sum(v0), weight());
    }

    boolean eligible(Task e) {
        long v0 = queued().getFirst().v;
        return sum(v0) >= multiplyExact(e.v - v0, weight());
    }

    private void lag(Task e) {
        long limit = e.virtual(Math.max(2 * e.slice, tickNs));
        e.vlag = Math.min(limit, Math.max(-limit, avg() - e.v));
    }

    private void place(Task e, boolean initial) {
        if (!e.custom) {
            e.slice = base;
        }
        long vslice = e.virtual(e.slice);
        long v = avg();
        long lag = 0;
        if (!queued().isEmpty() && e.vlag != 0) {
            long load = weight();
            lag = multiplyExact(e.vlag, load + e.w()) / load;
        }
        e.v = v - lag;
        if (e.rel) {
            e.d += e.v;
            e.rel = false;
            return;
        }
        if (initial) {
            vslice /= 2;
        }
        e.d = e.v + vslice;
    }

    private boolean isProtected(Task e) {
        return stamps() ? e.stamp == e.d : e.v < e.vprot;
    }

    private void cancelProtection(Task e) {
        if (isProtected(e)) {
            e.stamp = e.d + 1;
            e.vprot = e.v;
        }
    }

    void updateCurr(long now) {
        if (curr == null || !curr.onRq || now - curr.execStart <= 0) {
            return;
        }
        long delta = now - curr.execStart;
        curr.execStart = now;
        curr.executed += delta;
        curr.v += curr.virtual(delta);
        boolean expired = curr.v >= curr.d;
        if (expired) {
            if (!curr.custom) {
                curr.slice = base;
            }
            curr.d = curr.v + curr.virtual(curr.slice);
        }
        if (nr() == 1) {
            return;
        }
        if (stamps()) {
            boolean preemptedShort = !isProtected(curr) && !eligible(curr);
            resched |= expired || preemptedShort;
        } else {
            resched |= expired || curr.v >= curr.vprot;
        }
    }

    void enqueue(Task e, boolean initial, long now) {
        updateCurr(now);
        place(e, initial);
        tree.add(e);
        e.onRq = true;
    }

    private void takeOut(Task e) {
        lastV = avg();
        tree.remove(e);
        e.onRq = false;
    }

    boolean dequeue(Task e, boolean sleep, boolean special, long now) {
        updateCurr(now);
        if (e.delayed) {
            finishDelayed(e);
            return true;
        }
        if (sleep && !special && !eligible(e)) {
            e.delayed = true;
            return false;
        }
        lag(e);
        if (!sleep) {
            e.d -= e.v;
            e.rel = true;
        }
        takeOut(e);
        return true;
    }

    private void finishDelayed(Task e) {
        lag(e);
        takeOut(e);
        e.delayed = false;
        if (e.vlag > 0) {
            e.vlag = 0;
        }
    }

    void requeueDelayed(Task e) {
        lag(e);
        if (e.vlag > 0) {
            e.vlag = 0;
            boolean inTree = tree.remove(e);
            place(e, false);
            if (inTree) {
                tree.add(e);
            }
        }
        e.delayed = false;
    }

    private Task pickEevdf(boolean protect) {
        if (nr() == 1) {
            return queued().getFirst();
        }
        Task c = curr;
        if (c != null && (!c.onRq || !eligible(c))) {
            c = null;
        }
        if (c != null && protect && isProtected(c)) {
            return c;
        }
        Task best = null;
        for (Task t : tree) {
            if (eligible(t) && (best == null || t.d < best.d)) {
                best = t;
            }
        }
        if (best == null || (c != null && c.d < best.d)) {
            best = c;
        }
        return best;
    }

    Task pick(long now) {
        finished.clear();
        while (nr() > 0) {
            updateCurr(now);
            Task best = pickEevdf(true);
            if (!best.delayed) {
                resched = false;
                return best;
            }
            finishDelayed(best);
            finished.add(best);
        }
        resched = false;
        return null;
    }

    void setNext(Task e, long now) {
        if (e.onRq) {
            tree.remove(e);
            e.stamp = e.d;
            e.vprot = e.d;
            long q = e.slice;
            for (Task t : tree) {
                q = Math.min(q, t.slice);
            }
            if (q != e.slice) {
                e.vprot = Math.min(e.d, e.v + e.virtual(q));
            }
        }
        e.execStart = now;
        curr = e;
    }

    void putPrev(long now) {
        updateCurr(now);
        if (curr != null && curr.onRq) {
            tree.add(curr);
        }
        curr = null;
        resched = false;
    }

    boolean wakeupPreempts(Task p, long now, boolean needResched) {
        if (curr == null || p == curr || needResched || resched) {
            return false;
        }
        boolean currIdle = curr.policy == FairPolicy.IDLE;
        boolean wakeeIdle = p.policy == FairPolicy.IDLE;
        if (currIdle && !wakeeIdle) {
            if (profile != FairProfile.LINUX_6_12) {
                cancelProtection(curr);
            }
            resched = true;
            return true;
        }
        if (!currIdle && wakeeIdle) {
            return false;
        }
        if (p.policy != FairPolicy.NORMAL) {
            return false;
        }
        updateCurr(now);
        boolean shorter = p.slice < curr.slice;
        boolean wins;
        if (stamps()) {
            if (shorter && eligible(p) && (p.d < curr.d || !eligible(curr))) {
                cancelProtection(curr);
            }
            wins = pickEevdf(true) == p;
        } else {
            wins = pickEevdf(!shorter) == p;
            if (wins && shorter) {
                cancelProtection(curr);
            }
            if (!wins && shorter) {
                long min = queued().stream().mapToLong(t -> t.slice).min().getAsLong();
                curr.vprot = Math.min(curr.vprot, curr.v + curr.virtual(min));
            }
        }
        resched |= wins;
        return wins;
    }

    void yield(long now) {
        if (curr == null || nr() == 1) {
            return;
        }
        updateCurr(now);
        switch (profile) {
            case LINUX_6_12, LINUX_6_17 -> curr.d += curr.virtual(curr.slice);
            case LINUX_6_12_117, LINUX_6_18 -> {
                if (eligible(curr)) {
                    curr.v = curr.d;
                    curr.d += curr.virtual(curr.slice);
                }
            }
        }
    }

    void change(Task e, FairPolicy policy, int nice, long customSlice, long now) {
        boolean queued = e.onRq;
        boolean running = e == curr;
        if (queued) {
            updateCurr(now);
            lag(e);
            e.d -= e.v;
            e.rel = true;
            takeOut(e);
        }
        if (running) {
            curr = null;
        }
        long oldWeight = e.w();
        e.policy = policy;
        e.nice = nice;
        e.custom = customSlice > 0;
        e.slice = e.custom ? Math.max(100_000, Math.min(100_000_000, customSlice)) : base;
        e.vlag = multiplyExact(e.vlag, oldWeight) / e.w();
        if (e.rel && profile != FairProfile.LINUX_6_12) {
            e.d = multiplyExact(e.d, oldWeight) / e.w();
        }
        if (queued) {
            updateCurr(now);
            place(e, false);
            tree.add(e);
            e.onRq = true;
        }
        if (running) {
            setNext(e, now);
        }
    }
}
