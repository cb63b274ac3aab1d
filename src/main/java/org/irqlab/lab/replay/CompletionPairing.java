package org.irqlab.lab.replay;

import org.agrona.collections.IntArrayList;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Finds the request that each completion interrupt of a disk answers, and makes it an action of the
 * activity that sent it, so that the interrupt follows its request and not the clock.
 *
 * <p>A completion is an interrupt of a device line that raises BLOCK: a disk never interrupts
 * unasked. Lines of networks stay open loop, since who is at the other end is not in the trace.
 *
 * <ul>
 *   <li>The interrupt's work (top half, softirq, work item) wakes a task that slept: the request
 *       was sent in that task's last quantum before. It counts from the end of that quantum, since
 *       no event tells the moment of sending, the end is the latest possible one, and a reader with
 *       one request in flight goes to sleep right after it. A reader with several in flight sent it
 *       earlier; then the delay is still that between the two recorded points.
 *   <li>Else, the first interrupt of the line after a work item that runs the queue of a disk is
 *       its completion, if the delays of that line and function are alike: at least {@link
 *       #FEWEST_ALIKE}, and four fifths of them within {@link #ALIKE} times the median. What is
 *       outside stays open loop.
 * </ul>
 */
final class CompletionPairing {
    private static final int NONE = ReplayPlan.NONE;
    private static final int FEWEST_ALIKE = 20;
    private static final double ALIKE = 3;
    private static final double SHARE_ALIKE = 0.8;

    /** How many activities deep the wake is looked for: top half, softirq, work item. */
    private static final int DEPTH = 3;

    /** Work items of Linux's block layer that send requests to the device. */
    private static final Set<String> SENDERS =
            Set.of("blk_mq_run_work_fn", "blk_mq_requeue_work", "blk_mq_dispatch_wake");

    private final PlanRecorder recorder;
    private final PlanActivities plan;
    private final int[][] index;
    private final int[] lastQuantum;

    CompletionPairing(PlanRecorder recorder) {
        this.recorder = recorder;
        plan = recorder.plan;
        index = plan.index();
        lastQuantum = lastQuanta();
    }

    /** Returns by quantum the quantum of the same task before it, or NONE. */
    private int[] lastQuanta() {
        int[] before = new int[plan.activities()];
        int[] latest = new int[recorder.tasks.size()];
        Arrays.fill(latest, NONE);
        for (int a = 0; a < before.length; a++) {
            before[a] = NONE;
            if (plan.kind(a) == ActivityKind.QUANTUM) {
                before[a] = latest[plan.subject(a)];
                latest[plan.subject(a)] = a;
            }
        }
        return before;
    }

    /** Adds the requests. */
    void pair() {
        var rest = new IntArrayList();
        var senders = new IntArrayList();
        for (int a = 0; a < index[0].length - 1; a++) {
            if (plan.dead(a)) {
                continue;
            }
            if (completion(a)) {
                recorder.counts.add("completions", 1);
                int sender = senderByWake(a);
                if (sender >= 0) {
                    request(sender, a);
                    recorder.counts.add("completions paired with a quantum", 1);
                } else {
                    rest.addInt(a);
                }
            } else if (sends(a)) {
                senders.addInt(a);
            }
        }
        pairWithWork(senders.toIntArray(), rest.toIntArray());
    }

    private boolean completion(int activity) {
        return plan.kind(activity) == ActivityKind.TOP_HALF
                && recorder.sources.completes(plan.source(activity));
    }

    private boolean sends(int activity) {
        return plan.kind(activity) == ActivityKind.WORK
                && SENDERS.contains(recorder.works.function(plan.subject(activity)));
    }

    private void request(int sender, int topHalf) {
        if (plan.requests(sender)) {
            recorder.counts.add("requests beyond the first of their sender", 1);
        }
        int source = plan.source(topHalf);
        int request =
                plan.addAction(
                        sender,
                        ActionKind.REQUEST,
                        source,
                        plan.cpu(sender),
                        plan.costNs(sender),
                        plan.endNs(sender));
        plan.markRequests(sender);
        plan.link(request, topHalf);
        plan.delay(request, plan.startNs(topHalf) - plan.endNs(sender));
    }

    private int senderByWake(int topHalf) {
        int woken = wokenQuantum(topHalf, DEPTH);
        if (woken < 0 || plan.dead(woken)) {
            return NONE;
        }
        int sender = lastQuantum[woken];
        boolean before = sender >= 0 && !plan.dead(sender) && !plan.cut(sender);
        return before && plan.endNs(sender) >= 0 && plan.endNs(sender) <= plan.startNs(topHalf)
                ? sender
                : NONE;
    }

    /** Returns the first quantum that the activity starts, directly or through what it set off. */
    private int wokenQuantum(int activity, int depth) {
        for (int i = index[0][activity]; i < index[0][activity + 1]; i++) {
            int action = index[1][i];
            int child = plan.child(action);
            if (child < 0) {
                continue;
            }
            if (plan.actionKind(action) == ActionKind.WAKE) {
                return child;
            }
            int further = depth > 1 ? wokenQuantum(child, depth - 1) : NONE;
            if (further >= 0) {
                return further;
            }
        }
        return NONE;
    }

    /** Pairs, per function, each sending work item with the first interrupt left after it. */
    private void pairWithWork(int[] senders, int[] rest) {
        List<String> functions = new ArrayList<>();
        for (int sender : senders) {
            String function = recorder.works.function(plan.subject(sender));
            if (!functions.contains(function)) {
                functions.add(function);
            }
        }
        int[] answered = new int[rest.length];
        Arrays.fill(answered, NONE);
        for (String function : functions) {
            pairFunction(function, senders, rest, answered);
        }
        int paired = 0;
        for (int i = 0; i < rest.length; i++) {
            if (answered[i] >= 0) {
                request(answered[i], rest[i]);
                paired++;
            }
        }
        recorder.counts.add("completions paired with a work item", paired);
    }

    private void pairFunction(String function, int[] senders, int[] rest, int[] answered) {
        int[] candidate = new int[rest.length];
        Arrays.fill(candidate, NONE);
        var delays = new long[rest.length];
        int found = 0;
        for (int sender : senders) {
            if (!recorder.works.function(plan.subject(sender)).equals(function)) {
                continue;
            }
            int first = firstAfter(rest, plan.endNs(sender));
            if (first >= 0 && candidate[first] < 0 && answered[first] < 0) {
                candidate[first] = sender;
                delays[found++] = plan.startNs(rest[first]) - plan.endNs(sender);
            }
        }
        if (found < FEWEST_ALIKE) {
            return;
        }
        long[] sorted = Arrays.copyOf(delays, found);
        Arrays.sort(sorted);
        long median = StageRow.quantile(sorted, 0.5);
        long alike = Arrays.stream(sorted).filter(d -> alike(d, median)).count();
        if (alike < SHARE_ALIKE * found) {
            recorder.counts.add("completions after " + function + " without a common delay", found);
            return;
        }
        for (int i = 0; i < rest.length; i++) {
            if (candidate[i] >= 0
                    && alike(plan.startNs(rest[i]) - plan.endNs(candidate[i]), median)) {
                answered[i] = candidate[i];
            }
        }
    }

    private static boolean alike(long delayNs, long median) {
        return delayNs <= ALIKE * median && delayNs * ALIKE >= median;
    }

    /** Returns the index of the first interrupt at or after a time, or NONE. */
    private int firstAfter(int[] interrupts, long timeNs) {
        int low = 0;
        int high = interrupts.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (plan.startNs(interrupts[middle]) < timeNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < interrupts.length ? low : NONE;
    }
}
