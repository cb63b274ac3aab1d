package org.irqlab.lab.trace;

import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;
import org.irqlab.lab.trace.tick.TickFrequency;
import org.irqlab.lab.trace.tick.TickFrequency.KernelTimer;
import org.irqlab.lab.trace.tick.TickGrid;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells the rate of a cycle counter from what the kernel does at known times: collects the evidence
 * from a trace whose times are still cycles.
 *
 * <ul>
 *   <li><em>Ticks</em>: local timer interrupts in which TIMER, SCHED or RCU was raised. Only the
 *       tick raises these there (update_process_times, sched_tick, rcu_sched_clock_irq); other
 *       timers come as local timer interrupts too, at any time.
 *   <li><em>Timers of seconds</em>: delayed work that the kernel queues every 1, 2 or 5 s, counted
 *       in ticks, tells HZ.
 *   <li><em>RCU</em>: its thread waits 1 tick with HZ up to 250, 2 with 300, 3 with 1000
 *       (RCU_JIFFIES_TILL_FORCE_QS).
 * </ul>
 *
 * <p><b>Threads.</b> One.
 */
final class TickRateFinder implements TraceSink {
    private static final int TIMER = 1;
    private static final int SCHED = 7;
    private static final int RCU = 9;
    private static final int MOST_TICKS = 1 << 16;
    private static final int MOST_INTERVALS = 1 << 10;

    /** Work that re-arms itself, and its period in seconds (mm/vmstat.c, psi.c, memcontrol.c). */
    private static final Map<String, Integer> PERIOD_SECONDS =
            Map.of(
                    "vmstat_update", 1,
                    "vmstat_shepherd", 1,
                    "psi_avgs_work", 2,
                    "flush_memcg_stats_dwork", 2,
                    "neigh_managed_work", 5);

    /** What is known of one CPU. */
    private static final class CpuTicks {
        final LongArrayList ticks = new LongArrayList();
        long timerEntry = -1;
        boolean isTick;
        boolean inTimerSoftirq;
    }

    private final String file;
    private final NameTable names;
    private final Int2ObjectHashMap<CpuTicks> cpus = new Int2ObjectHashMap<>();
    private final Map<Integer, Integer> periodOfName = new HashMap<>();
    private final Long2LongHashMap lastQueued = new Long2LongHashMap(-1);
    private final List<KernelTimer> intervals = new ArrayList<>();
    private final LongArrayList rcuWaits = new LongArrayList();
    private long rcuSleepsSince = -1;
    private boolean timersRecorded;
    private boolean raisesRecorded;

    TickRateFinder(String file, NameTable names) {
        this.file = file;
        this.names = names;
    }

    @Override
    public void event(TraceEvent e) {
        switch (e.kind) {
            case LOCAL_TIMER_ENTRY -> {
                CpuTicks cpu = cpu(e.cpu);
                cpu.timerEntry = e.timeNs;
                cpu.isTick = false;
                timersRecorded = true;
            }
            case LOCAL_TIMER_EXIT -> timerExit(cpu(e.cpu));
            case SOFTIRQ_RAISE -> {
                raisesRecorded = true;
                if (e.number == TIMER || e.number == SCHED || e.number == RCU) {
                    cpu(e.cpu).isTick = true;
                }
            }
            case SOFTIRQ_ENTRY -> cpu(e.cpu).inTimerSoftirq = e.number == TIMER;
            case SOFTIRQ_EXIT -> cpu(e.cpu).inTimerSoftirq = false;
            case WORKQUEUE_QUEUE_WORK -> queued(e);
            case SCHED_SWITCH -> {
                if (isRcu(e.prevCommId) && !e.prevPreempted && e.prevState != 'R') {
                    rcuSleepsSince = e.timeNs;
                }
            }
            case SCHED_WAKING -> {
                if (isRcu(e.taskCommId)) {
                    rcuWakes(e);
                }
            }
            default -> {}
        }
    }

    private CpuTicks cpu(int number) {
        return cpus.computeIfAbsent(number, n -> new CpuTicks());
    }

    private static void timerExit(CpuTicks cpu) {
        if (cpu.timerEntry >= 0 && cpu.isTick && cpu.ticks.size() < MOST_TICKS) {
            cpu.ticks.addLong(cpu.timerEntry);
        }
        cpu.timerEntry = -1;
    }

    private void queued(TraceEvent e) {
        if (!cpu(e.cpu).inTimerSoftirq) {
            return;
        }
        int seconds =
                periodOfName.computeIfAbsent(
                        e.nameId, id -> PERIOD_SECONDS.getOrDefault(names.name(id), 0));
        if (seconds > 0 && intervals.size() < MOST_INTERVALS) {
            long before = lastQueued.put(e.object, e.timeNs);
            if (before >= 0) {
                intervals.add(new KernelTimer(seconds, e.timeNs - before));
            }
        }
    }

    private boolean isRcu(int commId) {
        // Two names: with CONFIG_PREEMPT_RCU and without.
        String name = names.name(commId);
        return name.equals("rcu_preempt") || name.equals("rcu_sched");
    }

    private void rcuWakes(TraceEvent e) {
        if (rcuSleepsSince >= 0 && cpu(e.cpu).inTimerSoftirq && rcuWaits.size() < MOST_INTERVALS) {
            rcuWaits.addLong(e.timeNs - rcuSleepsSince);
        }
        rcuSleepsSince = -1;
    }

    /**
     * Returns the clock that fits what was seen.
     *
     * @throws TraceFormatException if it cannot be told; the message asks for --tsc-mhz
     */
    TraceClock.Counter clock() {
        if (!timersRecorded || !raisesRecorded) {
            throw unknown("local_timer_entry and softirq_raise were not recorded");
        }
        Collection<CpuTicks> all = cpus.values();
        TickGrid grid = TickGrid.fit(all.stream().map(c -> c.ticks.toLongArray()).toList());
        if (grid == null) {
            throw unknown("the timer interrupts show no regular tick");
        }
        var decision = TickFrequency.decide(grid.period(), intervals, rcuWaits.toLongArray());
        if (!decision.certain()) {
            throw unknown(decision.doubt(grid.period()));
        }
        return new TraceClock.Counter(
                grid.period() * decision.hz() / 1e6,
                decision.confirmed()
                        ? TraceClock.RateSource.TICK_AND_TIMERS
                        : TraceClock.RateSource.TICK,
                grid.describe(decision.hz()) + "; " + decision.reason());
    }

    private TraceFormatException unknown(String why) {
        return new TraceFormatException(
                file,
                0,
                "stamps are cycles of unknown rate: " + why,
                "give the rate with --tsc-mhz; on that machine: dmesg | grep 'tsc:.*MHz'");
    }
}
