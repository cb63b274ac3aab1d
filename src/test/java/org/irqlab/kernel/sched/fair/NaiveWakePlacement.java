package org.irqlab.kernel.sched.fair;

import java.util.ArrayList;
import java.util.List;

/** The rules of CPU selection written down with lists; {@link WakePlacement} is held against it. */
final class NaiveWakePlacement {
    private final boolean countsDelayed;
    private final FakeCpus cpus;

    NaiveWakePlacement(FairProfile profile, FakeCpus cpus) {
        this.countsDelayed = profile == FairProfile.LINUX_6_12;
        this.cpus = cpus;
    }

    private List<Integer> allowed(WakeRequest r) {
        List<Integer> all = new ArrayList<>();
        for (int cpu = 0; cpu < cpus.count; cpu++) {
            if ((r.allowed & (1L << cpu)) != 0) {
                all.add(cpu);
            }
        }
        return all;
    }

    private boolean free(int cpu) {
        return cpus.idle(cpu)
                || (cpus.nrRunning[cpu] != 0 && cpus.nrRunning[cpu] == cpus.nrIdlePolicy[cpu]);
    }

    /**
     * Selects.
     *
     * @param wide whether waker and wakee are to be kept apart
     * @param recent the wakee's recently used CPU
     */
    int select(WakeRequest r, boolean wide, int recent) {
        List<Integer> allowed = allowed(r);
        if (allowed.size() == 1) {
            return allowed.getFirst();
        }
        if (r.onThisCpu && allowed.contains(r.thisCpu)) {
            return r.thisCpu;
        }
        int target = r.prevCpu;
        if (!wide && allowed.contains(r.thisCpu) && r.thisCpu != r.prevCpu) {
            target = pull(r) ? r.thisCpu : r.prevCpu;
        }
        int cpu = nearIdle(r, target, recent, allowed);
        if (!allowed.contains(cpu) || cpus.offline[cpu]) {
            return allowed.stream().filter(c -> !cpus.offline[c]).findFirst().get();
        }
        return cpu;
    }

    private boolean pull(WakeRequest r) {
        boolean prevIdle = cpus.idle(r.prevCpu);
        if (cpus.idle(r.thisCpu)) {
            return !prevIdle;
        }
        boolean sync = r.sync && !r.wakerExits;
        int count = cpus.nrRunning[r.thisCpu] - (countsDelayed ? 0 : cpus.nrDelayed[r.thisCpu]);
        if (sync && count == 1) {
            return true;
        }
        if (prevIdle) {
            return false;
        }
        double here = cpus.load[r.thisCpu];
        if (sync) {
            if (r.wakerLoad > here) {
                return true;
            }
            here -= r.wakerLoad;
        }
        boolean samecore = cpus.smtPairs && r.thisCpu / 2 == r.prevCpu / 2;
        double bias = samecore ? 105 : 108;
        double there = (cpus.load[r.prevCpu] - r.wakeeLoad) * bias + (sync ? 1 : 0);
        return (here + r.wakeeLoad) * 100 < there;
    }

    private int nearIdle(WakeRequest r, int target, int recent, List<Integer> allowed) {
        int prev = r.prevCpu;
        if (free(target)) {
            return target;
        }
        if (free(prev)) {
            return prev;
        }
        if (r.wakerIsBoundKthread && prev == r.thisCpu && cpus.nrRunning[prev] <= 1) {
            return prev;
        }
        if (free(recent) && allowed.contains(recent)) {
            return recent;
        }
        int sibling = prev ^ 1;
        if (cpus.smtPairs && allowed.contains(sibling) && free(sibling)) {
            return sibling;
        }
        int examined = 0;
        for (int i = 1; i <= cpus.count; i++) {
            int cpu = (target + i) % cpus.count;
            if (!allowed.contains(cpu)) {
                continue;
            }
            if (++examined > cpus.idleScanLimit) {
                return target;
            }
            if (free(cpu)) {
                return cpu;
            }
        }
        return target;
    }
}
