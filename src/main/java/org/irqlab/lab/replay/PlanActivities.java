package org.irqlab.lab.replay;

import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

/**
 * The activities and actions of a plan while they are collected, in order of their start; columns
 * that grow.
 *
 * <p><b>Threads.</b> One.
 */
final class PlanActivities {
    private static final int NONE = ReplayPlan.NONE;

    // Flags of an activity.
    private static final int DEAD = 1;
    private static final int CUT = 2;
    private static final int INITIAL = 4;
    private static final int REMOTE = 8;
    private static final int ACTS = 16;
    private static final int REQUESTS = 32;

    private static final ActivityKind[] ACTIVITY_KINDS = ActivityKind.values();
    private static final ActionKind[] ACTION_KINDS = ActionKind.values();

    // Activities.
    private final IntArrayList kind = new IntArrayList();
    private final IntArrayList subject = new IntArrayList();
    private final IntArrayList source = new IntArrayList();
    private final IntArrayList cpu = new IntArrayList();
    private final IntArrayList packets = new IntArrayList();
    private final IntArrayList flags = new IntArrayList();
    private final LongArrayList startNs = new LongArrayList();
    private final LongArrayList endNs = new LongArrayList();
    private final LongArrayList startNetNs = new LongArrayList();
    private final LongArrayList costNs = new LongArrayList();
    private final LongArrayList slackNs = new LongArrayList();
    private final LongArrayList turnNs = new LongArrayList();
    private final LongArrayList remoteWakeNs = new LongArrayList();
    private final IntArrayList preemptions = new IntArrayList();

    // Actions, in order of time.
    private final IntArrayList actionParent = new IntArrayList();
    private final IntArrayList actionKind = new IntArrayList();
    private final IntArrayList actionTarget = new IntArrayList();
    private final IntArrayList actionChild = new IntArrayList();
    private final IntArrayList actionCpu = new IntArrayList();
    private final IntArrayList actionToCpu = new IntArrayList();
    private final LongArrayList actionOffsetNs = new LongArrayList();
    private final LongArrayList actionNs = new LongArrayList();
    private final LongArrayList actionCostNs = new LongArrayList();
    private final LongArrayList actionDelayNs = new LongArrayList();
    private final IntArrayList actionPreemptions = new IntArrayList();

    int add(ActivityKind what, int subjectId, int sourceId, int onCpu, long atNs, long netNs) {
        kind.addInt(what.ordinal());
        subject.addInt(subjectId);
        source.addInt(sourceId);
        cpu.addInt(onCpu);
        packets.addInt(0);
        flags.addInt(0);
        startNs.addLong(atNs);
        endNs.addLong(NONE);
        startNetNs.addLong(netNs);
        costNs.addLong(0);
        slackNs.addLong(0);
        turnNs.addLong(0);
        remoteWakeNs.addLong(NONE);
        preemptions.addInt(0);
        return kind.size() - 1;
    }

    int addAction(int parent, ActionKind what, int target, int onCpu, long offsetNs, long atNs) {
        actionParent.addInt(parent);
        actionKind.addInt(what.ordinal());
        actionTarget.addInt(target);
        actionChild.addInt(NONE);
        actionCpu.addInt(onCpu);
        actionToCpu.addInt(NONE);
        actionOffsetNs.addLong(Math.max(0, offsetNs));
        actionNs.addLong(atNs);
        actionCostNs.addLong(0);
        actionDelayNs.addLong(0);
        actionPreemptions.addInt(parent < 0 ? 0 : preemptions.getInt(parent));
        if (parent >= 0) {
            flag(parent, ACTS);
        }
        return actionKind.size() - 1;
    }

    int activities() {
        return kind.size();
    }

    int actions() {
        return actionKind.size();
    }

    ActivityKind kind(int activity) {
        return ACTIVITY_KINDS[kind.getInt(activity)];
    }

    int subject(int activity) {
        return subject.getInt(activity);
    }

    int source(int activity) {
        return source.getInt(activity);
    }

    int cpu(int activity) {
        return cpu.getInt(activity);
    }

    int packets(int activity) {
        return packets.getInt(activity);
    }

    long startNs(int activity) {
        return startNs.getLong(activity);
    }

    /** Returns when it ended, or -1 while it is open. */
    long endNs(int activity) {
        return endNs.getLong(activity);
    }

    long startNetNs(int activity) {
        return startNetNs.getLong(activity);
    }

    long costNs(int activity) {
        return costNs.getLong(activity);
    }

    /** Returns the time before an unrecorded switch-in that is idle exit and activity together. */
    long slackNs(int activity) {
        return slackNs.getLong(activity);
    }

    void slack(int activity, long ns, boolean remote) {
        slackNs.setLong(activity, ns);
        if (remote) {
            flag(activity, REMOTE);
        }
    }

    /** Of a quantum: the part of its cost, at its beginning, that belongs to a turn of its task. */
    long turnNs(int activity) {
        return turnNs.getLong(activity);
    }

    /** Of a quantum: how long the wake took from another CPU to its idle one, or NONE. */
    long remoteWakeNs(int activity) {
        return remoteWakeNs.getLong(activity);
    }

    void remoteWake(int activity, long ns) {
        remoteWakeNs.setLong(activity, ns);
    }

    void turn(int activity, long ns) {
        turnNs.setLong(activity, ns);
    }

    /** Whether it did any action. */
    boolean acts(int activity) {
        return (flags.getInt(activity) & ACTS) != 0;
    }

    /** It sent a request. */
    void markRequests(int activity) {
        flag(activity, REQUESTS);
    }

    boolean requests(int activity) {
        return (flags.getInt(activity) & REQUESTS) != 0;
    }

    boolean remote(int activity) {
        return (flags.getInt(activity) & REMOTE) != 0;
    }

    /** The activity's task had to leave the CPU for one that was woken there. */
    void preempted(int activity) {
        preemptions.setInt(activity, preemptions.getInt(activity) + 1);
    }

    int preemptions(int activity) {
        return preemptions.getInt(activity);
    }

    /** Returns how often its activity had been preempted before the action. */
    int preemptionsBefore(int action) {
        return actionPreemptions.getInt(action);
    }

    void poll(int activity, int count) {
        packets.setInt(activity, packets.getInt(activity) + count);
    }

    void end(int activity, long cost, long atNs) {
        costNs.setLong(activity, cost);
        endNs.setLong(activity, atNs);
    }

    private void flag(int activity, int flag) {
        flags.setInt(activity, flags.getInt(activity) | flag);
    }

    /** Takes the activity out of the plan; what it set off becomes arrivals. */
    void kill(int activity) {
        flag(activity, DEAD);
    }

    boolean dead(int activity) {
        return (flags.getInt(activity) & DEAD) != 0;
    }

    /** Its end is not in the trace; the cost is what was seen of it. */
    void markCut(int activity) {
        flag(activity, CUT);
    }

    boolean cut(int activity) {
        return (flags.getInt(activity) & CUT) != 0;
    }

    /** It goes on at the first event of its CPU. */
    void markInitial(int activity) {
        flag(activity, INITIAL);
    }

    boolean initial(int activity) {
        return (flags.getInt(activity) & INITIAL) != 0;
    }

    int parent(int action) {
        return actionParent.getInt(action);
    }

    ActionKind actionKind(int action) {
        return ACTION_KINDS[actionKind.getInt(action)];
    }

    int target(int action) {
        return actionTarget.getInt(action);
    }

    int child(int action) {
        return actionChild.getInt(action);
    }

    void link(int action, int activity) {
        actionChild.setInt(action, activity);
    }

    /** Returns the CPU on which the action was done. */
    int actionCpu(int action) {
        return actionCpu.getInt(action);
    }

    /** Returns the CPU that the action chose, or NONE. */
    int toCpu(int action) {
        return actionToCpu.getInt(action);
    }

    void toCpu(int action, int chosen) {
        actionToCpu.setInt(action, chosen);
    }

    /** Makes the action one of another activity, in which nothing preempts before it. */
    void move(int action, int activity, long offsetNs) {
        actionParent.setInt(action, activity);
        actionOffsetNs.setLong(action, Math.max(0, offsetNs));
        actionPreemptions.setInt(action, 0);
        flag(activity, ACTS);
    }

    long offsetNs(int action) {
        return actionOffsetNs.getLong(action);
    }

    long actionNs(int action) {
        return actionNs.getLong(action);
    }

    long actionCostNs(int action) {
        return actionCostNs.getLong(action);
    }

    void actionCost(int action, long ns) {
        actionCostNs.setLong(action, Math.max(0, ns));
    }

    long delayNs(int action) {
        return actionDelayNs.getLong(action);
    }

    void delay(int action, long ns) {
        actionDelayNs.setLong(action, ns);
    }

    /**
     * Returns an index of the actions by activity: those of activity a are the elements {@code
     * [from[a], from[a + 1])} of the second array, in order of their offsets.
     */
    int[][] index() {
        int[] from = new int[activities() + 1];
        for (int action = 0; action < actions(); action++) {
            if (parent(action) >= 0) {
                from[parent(action) + 1]++;
            }
        }
        for (int a = 0; a < activities(); a++) {
            from[a + 1] += from[a];
        }
        int[] next = from.clone();
        int[] actions = new int[from[activities()]];
        for (int action = 0; action < actions(); action++) {
            if (parent(action) >= 0) {
                insert(actions, from[parent(action)], next[parent(action)]++, action);
            }
        }
        return new int[][] {from, actions};
    }

    /** Most come in order. */
    private void insert(int[] actions, int first, int end, int action) {
        int at = end;
        while (at > first && offsetNs(actions[at - 1]) > offsetNs(action)) {
            actions[at] = actions[at - 1];
            at--;
        }
        actions[at] = action;
    }
}
