package org.irqlab.lab.replay;

import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;
import org.irqlab.lab.replay.ReplayPlan.TaskSpec;
import org.irqlab.lab.timeline.TraceTask;
import org.irqlab.lab.trace.NameTable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the flat {@link ReplayPlan} of what a {@link PlanRecorder} wrote down: finds the roots,
 * that is what no replayed activity sets off, makes arrivals of them, and leaves out what is dead.
 */
final class PlanAssembly {
    private static final int NONE = ReplayPlan.NONE;

    private final PlanRecorder recorder;
    private final PlanActivities plan;
    private final PlanCounts counts;
    private final NameTable names;
    private final boolean seesTasks;
    private final ReplayPlan out = new ReplayPlan();

    // Arrivals, unsorted.
    private final LongArrayList arrivalNs = new LongArrayList();
    private final IntArrayList arrivalSource = new IntArrayList();
    private final IntArrayList arrivalCpu = new IntArrayList();
    private final IntArrayList arrivalActivity = new IntArrayList();

    private int[] denseCpu;
    private int[] denseTask;
    private int[] newId;
    private RecordedWays ways;
    private boolean keepsIdleExits;
    private boolean keepsRemoteExits;
    private boolean keepsRemoteWakes;

    PlanAssembly(PlanRecorder recorder, NameTable names, boolean seesTasks) {
        this.recorder = recorder;
        this.names = names;
        this.seesTasks = seesTasks;
        plan = recorder.plan;
        counts = recorder.counts;
    }

    /**
     * @param own what is taken out of recorded durations
     * @param burnt what the replay burns
     */
    ReplayPlan assemble(PathCosts own, PathCosts burnt, int cpuLimit) {
        out.recordedPaths = own;
        out.paths = burnt;
        out.seesTasks = seesTasks;
        keepsIdleExits = Arrays.equals(own.idleExitNs, burnt.idleExitNs);
        keepsRemoteExits = Arrays.equals(own.remoteSwitchInNs, burnt.remoteSwitchInNs);
        keepsRemoteWakes = Arrays.equals(own.remoteWakeIdleNs, burnt.remoteWakeIdleNs);
        if (!seesTasks) {
            killQuanta();
        }
        new CompletionPairing(recorder).pair();
        ways = new RecordedWays(plan, recorder.tasks.size(), own);
        List<String> batches = seesTasks ? new BatchedQuanta(recorder, ways).split() : List.of();
        findRoots();
        number();
        numberCpus(cpuLimit);
        numberTasks();
        activities();
        actions();
        CostExchange.wakes(out);
        arrivals();
        initialQuanta();
        out.sources = recorder.sources.sources(denseCpu);
        out.works = recorder.works.works();
        out.counts = counts.asMap();
        out.notes = batches;
        return out;
    }

    private void killQuanta() {
        for (int a = 0; a < plan.activities(); a++) {
            if (plan.kind(a) == ActivityKind.QUANTUM) {
                plan.kill(a);
            }
        }
    }

    // Roots.

    private boolean alive(int activity) {
        return activity >= 0 && !plan.dead(activity);
    }

    private void findRoots() {
        int activities = plan.activities();
        int actions = plan.actions();
        boolean[] setOff = new boolean[activities];
        for (int action = 0; action < actions; action++) {
            int child = plan.child(action);
            if (child >= 0 && plan.dead(child)) {
                plan.link(action, NONE);
                child = NONE;
            }
            if (!alive(plan.parent(action))) {
                rootOfAction(action, child);
            }
            if (child >= 0) {
                setOff[child] = true;
            }
        }
        for (int a = 0; a < activities; a++) {
            if (alive(a) && !setOff[a] && !plan.initial(a)) {
                rootOfActivity(a);
            }
        }
    }

    /** An action of somebody who is not replayed. */
    private void rootOfAction(int action, int child) {
        int cpu = plan.actionCpu(action);
        long atNs = plan.actionNs(action);
        switch (plan.actionKind(action)) {
            case RAISE -> {
                int source = recorder.taskSoftirq(plan.target(action), cpu);
                if (child >= 0) {
                    source = plan.source(child);
                }
                arrive(atNs, source, cpu, child);
            }
            case QUEUE_WORK -> arriveAction(SourceKind.TASK_WORK, action, child, atNs);
            case WAKE, DELIVER -> {
                if (child >= 0) {
                    arriveAction(SourceKind.TASK_WAKE, action, child, atNs);
                }
            }
            case REQUEST ->
                    throw new IllegalStateException("request of no activity, action=" + action);
        }
    }

    private void arriveAction(SourceKind kind, int action, int child, long atNs) {
        int cpu = plan.actionCpu(action);
        int source = recorder.sources.count(kind, kind + "/" + cpu, 0, cpu);
        int wrapper = wrap(source, cpu, atNs, plan.actionCostNs(action));
        int copy =
                plan.addAction(wrapper, plan.actionKind(action), plan.target(action), cpu, 0, atNs);
        plan.link(copy, child);
        plan.toCpu(copy, plan.toCpu(action));
        plan.actionCost(copy, plan.actionCostNs(action));
        arrive(atNs, source, cpu, wrapper);
    }

    private int wrap(int source, int cpu, long atNs, long costNs) {
        int wrapper = plan.add(ActivityKind.TASK_ACTION, NONE, source, cpu, atNs, 0);
        plan.end(wrapper, costNs, atNs + costNs);
        return wrapper;
    }

    /** An activity of which nothing in the trace tells why it began. */
    private void rootOfActivity(int activity) {
        int cpu = plan.cpu(activity);
        long atNs = plan.startNs(activity);
        switch (plan.kind(activity)) {
            case TOP_HALF -> arrive(atNs, plan.source(activity), cpu, activity);
            case SOFTIRQ -> {
                counts.add("softirq runs without raise", 1);
                arrive(atNs, plan.source(activity), cpu, activity);
            }
            case WORK -> {
                counts.add("work executions without queueing", 1);
                rootBy(SourceKind.TASK_WORK, ActionKind.QUEUE_WORK, activity);
            }
            case QUANTUM -> {
                counts.add("quanta without wake", 1);
                rootBy(SourceKind.TASK_WAKE, ActionKind.WAKE, activity);
            }
            case TASK_ACTION ->
                    throw new IllegalStateException("task action is a root, " + activity);
        }
    }

    private void rootBy(SourceKind kind, ActionKind actionKind, int activity) {
        int cpu = plan.cpu(activity);
        long atNs = plan.startNs(activity);
        int source = recorder.sources.count(kind, kind + "/" + cpu, 0, cpu);
        int wrapper = wrap(source, cpu, atNs, 0);
        int action = plan.addAction(wrapper, actionKind, plan.subject(activity), cpu, 0, atNs);
        plan.link(action, activity);
        plan.toCpu(action, cpu);
        arrive(atNs, source, cpu, wrapper);
    }

    private void arrive(long atNs, int source, int cpu, int activity) {
        counts.add("arrivals " + recorder.sources.kind(source), 1);
        arrivalNs.addLong(atNs);
        arrivalSource.addInt(source);
        arrivalCpu.addInt(cpu);
        arrivalActivity.addInt(activity);
    }

    // Numbers of the plan.

    private void number() {
        newId = new int[plan.activities()];
        int next = 0;
        for (int a = 0; a < newId.length; a++) {
            newId[a] = plan.dead(a) ? NONE : next++;
        }
        out.costNs = new long[next];
    }

    private void numberCpus(int cpuLimit) {
        boolean[] used = new boolean[Math.max(cpuLimit, 1)];
        for (int a = 0; a < newId.length; a++) {
            used[plan.cpu(a)] |= newId[a] >= 0;
        }
        for (int cpu : arrivalCpu.toIntArray()) {
            used[cpu] = true;
        }
        denseCpu = new int[used.length];
        var recorded = new IntArrayList();
        for (int cpu = 0; cpu < used.length; cpu++) {
            denseCpu[cpu] = used[cpu] ? recorded.size() : NONE;
            if (used[cpu]) {
                recorded.addInt(cpu);
            }
        }
        if (recorded.isEmpty()) {
            recorded.addInt(0);
            denseCpu[0] = 0;
        }
        out.recordedCpu = recorded.toIntArray();
        out.cpus = recorded.size();
    }

    private int cpu(int recorded) {
        return recorded < 0 || recorded >= denseCpu.length ? NONE : denseCpu[recorded];
    }

    private void numberTasks() {
        denseTask = new int[recorder.tasks.size()];
        Arrays.fill(denseTask, NONE);
        List<TaskSpec> specs = new ArrayList<>();
        var returnNs = new LongArrayList();
        for (TraceTask task : recorder.tasks) {
            if (seesTasks && task != null && !task.taskClass.belongsToMachine()) {
                denseTask[task.id] = specs.size();
                String name = names.name(task.nameId);
                returnNs.addLong(ways.returnNs(task.id));
                specs.add(
                        new TaskSpec(
                                specs.size(),
                                task.pid,
                                name,
                                task.prio,
                                KernelThreads.named(name)));
            }
        }
        out.tasks = specs;
        out.returnNs = returnNs.toLongArray();
    }

    private void activities() {
        int n = out.costNs.length;
        out.activityKind = new byte[n];
        out.activityStartNs = new long[n];
        out.activitySubject = new int[n];
        out.activitySource = new int[n];
        out.activityCpu = new int[n];
        out.activityPackets = new int[n];
        out.activityIdleExitNs = new long[n];
        out.activityTurnNs = new long[n];
        out.activityRemoteWakeNs = new long[n];
        for (int a = 0; a < newId.length; a++) {
            int id = newId[a];
            if (id < 0) {
                continue;
            }
            ActivityKind kind = plan.kind(a);
            int subject = plan.subject(a);
            out.activityKind[id] = (byte) kind.ordinal();
            out.activitySubject[id] = kind == ActivityKind.QUANTUM ? denseTask[subject] : subject;
            out.activitySource[id] = plan.source(a);
            out.activityCpu[id] = cpu(plan.cpu(a));
            out.activityPackets[id] = plan.packets(a);
            out.activityStartNs[id] = plan.startNs(a) - ways.shiftNs(a);
            out.costNs[id] = ways.costNs(a);
            out.activityTurnNs[id] = plan.turnNs(a);
            out.activityRemoteWakeNs[id] = keepsRemoteWakes ? plan.remoteWakeNs(a) : NONE;
            boolean ownExit = plan.remote(a) ? keepsRemoteExits : keepsIdleExits;
            long slackNs = plan.slackNs(a);
            out.activityIdleExitNs[id] = slackNs > 0 && ownExit ? slackNs - ways.shiftNs(a) : NONE;
        }
    }

    private void actions() {
        int[][] index = plan.index();
        int n = out.costNs.length;
        out.firstAction = new int[n + 1];
        int total = 0;
        for (int a = 0; a < newId.length; a++) {
            if (newId[a] >= 0) {
                out.firstAction[newId[a]] = total;
                total += index[0][a + 1] - index[0][a];
            }
        }
        out.firstAction[n] = total;
        out.actionOffsetNs = new long[total];
        out.actionKind = new byte[total];
        out.actionTarget = new int[total];
        out.actionActivity = new int[total];
        out.actionDelayNs = new long[total];
        out.actionCostNs = new long[total];
        out.actionCpu = new int[total];
        for (int a = 0; a < newId.length; a++) {
            if (newId[a] >= 0) {
                actions(a, index);
            }
        }
    }

    private void actions(int a, int[][] index) {
        int id = newId[a];
        int next = out.firstAction[id];
        for (int i = index[0][a]; i < index[0][a + 1]; i++) {
            int action = index[1][i];
            ActionKind kind = plan.actionKind(action);
            int target = plan.target(action);
            int child = plan.child(action);
            boolean atEnd = kind == ActionKind.REQUEST;
            long offset = atEnd ? out.costNs[id] : ways.offsetNs(a, action);
            out.actionOffsetNs[next] = Math.min(offset, out.costNs[id]);
            out.actionKind[next] = (byte) kind.ordinal();
            boolean ofTask = kind == ActionKind.WAKE || kind == ActionKind.DELIVER;
            out.actionTarget[next] = ofTask ? denseTask[target] : target;
            out.actionActivity[next] = child < 0 ? NONE : newId[child];
            out.actionDelayNs[next] = plan.delayNs(action);
            out.actionCostNs[next] = plan.actionCostNs(action);
            out.actionCpu[next] = cpu(plan.toCpu(action));
            next++;
        }
    }

    private void arrivals() {
        int n = arrivalNs.size();
        long[] order = new long[n];
        long[] times = arrivalNs.toLongArray();
        Integer[] byTime = new Integer[n];
        for (int i = 0; i < n; i++) {
            byTime[i] = i;
        }
        Arrays.sort(byTime, (x, y) -> Long.compare(times[x], times[y]));
        out.arrivalNs = order;
        out.arrivalSource = new int[n];
        out.arrivalCpu = new int[n];
        out.arrivalActivity = new int[n];
        for (int i = 0; i < n; i++) {
            int from = byTime[i];
            int activity = arrivalActivity.getInt(from);
            out.arrivalNs[i] = times[from];
            out.arrivalSource[i] = arrivalSource.getInt(from);
            out.arrivalCpu[i] = cpu(arrivalCpu.getInt(from));
            out.arrivalActivity[i] = activity < 0 ? NONE : newId[activity];
        }
    }

    private void initialQuanta() {
        out.initialQuantum = new int[out.tasks.size()];
        Arrays.fill(out.initialQuantum, NONE);
        for (int a = 0; a < newId.length; a++) {
            if (newId[a] >= 0 && plan.initial(a)) {
                out.initialQuantum[denseTask[plan.subject(a)]] = newId[a];
            }
        }
    }
}
