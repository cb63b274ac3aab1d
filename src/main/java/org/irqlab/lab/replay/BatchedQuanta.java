package org.irqlab.lab.replay;

import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Takes quanta apart that served several events: what a task does once per turn, and what it does
 * per event.
 *
 * <p>The kernel wakes a receiver for the first packet only; what arrives while it is awake it finds
 * by itself, and the trace shows no wake. Replayed as one piece, such a quantum would be served
 * whole when the receiver is awake earlier than it was. So each softirq run that would have woken
 * the receiver, had it slept, becomes a delivery ({@link ActionKind#DELIVER}) of a part of the
 * quantum.
 *
 * <p>Which task a run serves is learnt from the runs of the same source, vector and CPU that wake
 * somebody: nine tenths of those wakes must go to one task, and nine tenths of the runs that find
 * this task asleep must wake it. Where that is not so, quanta stay whole.
 *
 * <p><b>Threads.</b> One.
 */
final class BatchedQuanta {
    private static final int NONE = ReplayPlan.NONE;
    private static final int ENOUGH = 20;
    private static final double MOST = 0.9;

    private final PlanRecorder recorder;
    private final PlanActivities plan;
    private final RecordedWays ways;
    private final int recorded;
    private final Long2ObjectHashMap<Stream> streams = new Long2ObjectHashMap<>();
    private final List<IntArrayList> quantaOfTask = new ArrayList<>();
    private final long[] wakeNs;
    private final IntArrayList[] deliveries;
    private int[][] index;
    // Where not 0, which the map cannot hold.
    private final Long2LongHashMap besideNsOf = new Long2LongHashMap(0);
    private final List<String> notes = new ArrayList<>();

    /** The runs of one source, vector and CPU. */
    private static final class Stream {
        private final Int2IntHashMap wakes = new Int2IntHashMap(0);
        private final IntArrayList silent = new IntArrayList();
        private final IntArrayList waking = new IntArrayList();

        /** Returns the task that nearly all wakes go to, or NONE. */
        private int receiver() {
            int[] best = {NONE};
            wakes.forEachInt(
                    (task, count) -> best[0] = count >= MOST * waking.size() ? task : best[0]);
            return waking.size() >= ENOUGH ? best[0] : NONE;
        }
    }

    BatchedQuanta(PlanRecorder recorder, RecordedWays ways) {
        this.recorder = recorder;
        this.ways = ways;
        plan = recorder.plan;
        recorded = plan.activities();
        wakeNs = new long[recorded];
        deliveries = new IntArrayList[recorded];
    }

    /** Splits what can be split; returns what was found, in words for the report. */
    List<String> split() {
        collect();
        index = plan.index();
        for (Stream stream : streams.values()) {
            int receiver = stream.receiver();
            if (receiver >= 0) {
                deliver(stream, quantaOfTask.get(receiver));
            }
        }
        for (int task = 0; task < quantaOfTask.size(); task++) {
            IntArrayList quanta = quantaOfTask.get(task);
            if (quanta.intStream().anyMatch(q -> deliveries[q] != null)) {
                splitAll(task, quanta);
            }
        }
        return notes;
    }

    private void collect() {
        for (int task = 0; task < recorder.tasks.size(); task++) {
            quantaOfTask.add(new IntArrayList());
        }
        Arrays.fill(wakeNs, NONE);
        var wakesOf = new boolean[recorded];
        for (int action = 0; action < plan.actions(); action++) {
            int child = plan.child(action);
            int parent = plan.parent(action);
            if (plan.actionKind(action) != ActionKind.WAKE || parent < 0) {
                continue;
            }
            wakesOf[parent] = true;
            if (child >= 0) {
                wakeNs[child] = plan.actionNs(action);
                if (plan.kind(parent) == ActivityKind.SOFTIRQ) {
                    Stream stream = stream(parent);
                    int task = plan.target(action);
                    stream.wakes.put(task, stream.wakes.get(task) + 1);
                    stream.waking.addInt(action);
                }
            }
        }
        for (int a = 0; a < recorded; a++) {
            if (plan.dead(a)) {
                continue;
            }
            if (plan.kind(a) == ActivityKind.QUANTUM) {
                quantaOfTask.get(plan.subject(a)).addInt(a);
            } else if (plan.kind(a) == ActivityKind.SOFTIRQ && !wakesOf[a]) {
                stream(a).silent.addInt(a);
            }
        }
    }

    private Stream stream(int run) {
        long key = plan.source(run);
        key = key << Byte.SIZE | plan.subject(run);
        key = key << Short.SIZE | plan.cpu(run);
        return streams.computeIfAbsent(key, k -> new Stream());
    }

    /** Notes for each quantum the silent runs that lie in it. */
    private void deliver(Stream stream, IntArrayList quanta) {
        int[] into = new int[stream.silent.size()];
        int asleep = 0;
        int next = 0;
        for (int i = 0; i < into.length; i++) {
            int run = stream.silent.getInt(i);
            while (next < quanta.size() && endNs(quanta.getInt(next)) < plan.endNs(run)) {
                next++;
            }
            boolean awake =
                    next < quanta.size()
                            && wakeNs[quanta.getInt(next)] >= 0
                            && wakeNs[quanta.getInt(next)] <= plan.startNs(run);
            into[i] = awake ? quanta.getInt(next) : NONE;
            asleep += awake ? 0 : 1;
        }
        if (asleep > (1 - MOST) * (asleep + stream.waking.size())) {
            return;
        }
        long besideNs = besideWakeNs(stream);
        for (int i = 0; i < into.length; i++) {
            int quantum = into[i];
            if (quantum >= 0) {
                if (deliveries[quantum] == null) {
                    deliveries[quantum] = new IntArrayList();
                }
                deliveries[quantum].addInt(stream.silent.getInt(i));
                if (besideNs > 0) {
                    besideNsOf.put(stream.silent.getInt(i), besideNs);
                }
            }
        }
        for (int action : stream.waking.toIntArray()) {
            plan.actionCost(action, plan.actionCostNs(action) + besideNs);
        }
    }

    /**
     * Returns what a run that wakes costs beyond the wake itself, against one that does not: the
     * two tracepoints, mostly.
     */
    private long besideWakeNs(Stream stream) {
        long[] quiet = stream.silent.intStream().mapToLong(plan::costNs).sorted().toArray();
        long[] woke =
                stream.waking
                        .intStream()
                        .mapToLong(w -> plan.costNs(plan.parent(w)) - plan.actionCostNs(w))
                        .sorted()
                        .toArray();
        boolean enough = quiet.length >= ENOUGH && woke.length >= ENOUGH;
        return enough ? Math.max(0, PathCosts.usual(woke) - PathCosts.usual(quiet)) : 0;
    }

    private long endNs(int activity) {
        long endNs = plan.endNs(activity);
        return endNs < 0 ? Long.MAX_VALUE : endNs;
    }

    private int events(int quantum) {
        return 1 + (deliveries[quantum] == null ? 0 : deliveries[quantum].size());
    }

    private long ownNs(int quantum) {
        long waysNs = ways.preemptionsNs(quantum, plan.preemptions(quantum));
        return Math.max(0, plan.costNs(quantum) - waysNs);
    }

    private void splitAll(int task, IntArrayList quanta) {
        long turnNs = turnNs(quanta);
        int parts = 0;
        int batched = 0;
        for (int i = 0; i < quanta.size(); i++) {
            int quantum = quanta.getInt(i);
            plan.turn(quantum, Math.min(turnNs, ownNs(quantum)));
            if (deliveries[quantum] != null) {
                batched++;
                parts += deliveries[quantum].size();
                split(quantum, turnNs);
            }
        }
        recorder.counts.add("deliveries to tasks that were awake", parts);
        notes.add(
                ("task %s-%d: %d events found it awake, in %d of %d quanta, which are replayed in"
                                + " parts; %.1f us once a turn")
                        .formatted(
                                recorder.name(task),
                                recorder.tasks.get(task).pid,
                                parts,
                                batched,
                                quanta.size(),
                                turnNs / 1e3));
    }

    /**
     * Returns what a quantum costs that serves no event: from the median quantum of one event and
     * the median of what each further one adds. 0 where the trace does not tell.
     */
    private long turnNs(IntArrayList quanta) {
        long[] single = sorted(quanta, q -> events(q) == 1 ? ownNs(q) : NONE);
        if (single.length < ENOUGH) {
            return 0;
        }
        long oneNs = PathCosts.usual(single);
        long[] more =
                sorted(
                        quanta,
                        q ->
                                events(q) == 1
                                        ? NONE
                                        : Math.max(0, ownNs(q) - oneNs) / (events(q) - 1));
        return more.length < ENOUGH ? 0 : Math.max(0, oneNs - PathCosts.usual(more));
    }

    private static long[] sorted(IntArrayList quanta, IntToLongFunction ns) {
        return quanta.intStream().mapToLong(ns).filter(v -> v >= 0).sorted().toArray();
    }

    /** Leaves the turn and the first event in the quantum; each other event becomes a part. */
    private void split(int quantum, long usualTurnNs) {
        // In order of time, also where they are of several streams.
        int[] runs = deliveries[quantum].toIntArray();
        Arrays.sort(runs);
        long turnNs = plan.turnNs(quantum);
        long eventNs = (ownNs(quantum) - turnNs) / (runs.length + 1);
        int[] parts = new int[runs.length];
        for (int i = 0; i < parts.length; i++) {
            int run = runs[i];
            int part =
                    plan.add(
                            ActivityKind.QUANTUM,
                            plan.subject(quantum),
                            NONE,
                            plan.cpu(quantum),
                            plan.startNs(run),
                            0);
            plan.turn(part, usualTurnNs);
            plan.end(part, eventNs + usualTurnNs, plan.endNs(quantum));
            int action =
                    plan.addAction(
                            run,
                            ActionKind.DELIVER,
                            plan.subject(quantum),
                            plan.cpu(run),
                            plan.costNs(run) / 2,
                            plan.startNs(run));
            plan.link(action, part);
            plan.actionCost(action, besideNsOf.get(run));
            plan.toCpu(action, plan.cpu(quantum));
            parts[i] = part;
        }
        for (int i = index[0][quantum]; i < index[0][quantum + 1]; i++) {
            move(quantum, index[1][i], eventNs, parts);
        }
        plan.end(quantum, plan.costNs(quantum) - parts.length * eventNs, plan.endNs(quantum));
    }

    /** Moves an action of the quantum to the part in which it lies. */
    private void move(int quantum, int action, long eventNs, int[] parts) {
        long waysNs = ways.preemptionsNs(quantum, plan.preemptionsBefore(action));
        long offsetNs = plan.offsetNs(action) - waysNs - plan.turnNs(quantum);
        int event = eventNs == 0 ? 0 : (int) Math.min(parts.length, offsetNs / eventNs);
        if (event > 0) {
            plan.move(
                    action,
                    parts[event - 1],
                    offsetNs - event * eventNs + plan.turnNs(parts[event - 1]));
        }
    }
}
