package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Lent priorities against a model that works them out anew after every step. */
@Timeout(120)
class InheritanceModelTest {
    private static final int SEEDS = 64;
    private static final int OPERATIONS = 256;
    private static final int TASKS = 7;
    private static final int LOCKS = 4;

    private static final class Model {
        final Map<Task, LockNode> waitsFor = new HashMap<>();
        final Map<LockNode, Task> owner = new HashMap<>();
        final Map<Task, Integer> stamp = new HashMap<>();
        final Map<Task, Integer> urgency = new HashMap<>();
        private int time;

        /** The most urgent of a task and all that wait for it, directly or not. */
        int urgency(Task task) {
            int most = task.normalPolicy().rtPriority();
            for (var wait : waitsFor.entrySet()) {
                if (owner.get(wait.getValue()) == task) {
                    most = Math.max(most, urgency(wait.getKey()));
                }
            }
            return most;
        }

        void settle() {
            for (Task task : waitsFor.keySet()) {
                int now = urgency(task);
                Integer before = urgency.put(task, now);
                if (before == null || before != now) {
                    stamp.put(task, time++);
                }
            }
        }

        Task first(LockNode node) {
            Task first = null;
            for (var wait : waitsFor.entrySet()) {
                Task task = wait.getKey();
                if (wait.getValue() == node && (first == null || before(task, first))) {
                    first = task;
                }
            }
            return first;
        }

        private boolean before(Task one, Task other) {
            int more = urgency(one) - urgency(other);
            return more > 0 || more == 0 && stamp.get(one) < stamp.get(other);
        }
    }

    @Test
    void lendsWhatTheMostUrgentInTheChainHas() {
        long boosts = 0;
        try (var m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1))) {
            var tasks = new ArrayList<Task>();
            for (int i = 0; i < TASKS; i++) {
                TaskPolicy policy = i < 2 ? TaskPolicy.fair(i) : TaskPolicy.fifo(10 * (i / 2));
                tasks.add(m.machine().newTask(0, "t" + i, policy, true, self -> {}));
            }
            for (int seed = 0; seed < SEEDS; seed++) {
                boosts += run(seed, tasks, m.cpu(0));
            }
        }
        assertTrue(boosts > SEEDS, "boosts=" + boosts);
    }

    private static long run(int seed, List<Task> tasks, KernelCpu cpu) {
        var random = new Random(seed);
        var inheritance = new PriorityInheritance(true);
        var model = new Model();
        var nodes = new ArrayList<LockNode>();
        for (int i = 0; i < LOCKS; i++) {
            nodes.add(new LockNode());
        }
        for (int op = 0; op < OPERATIONS; op++) {
            Task task = tasks.get(random.nextInt(TASKS));
            LockNode node = nodes.get(random.nextInt(LOCKS));
            step(inheritance, model, task, node, cpu);
            model.settle();
            for (Task any : tasks) {
                String where = "seed=" + seed + " op=" + op + " " + any.name();
                assertEquals(model.urgency(any), inheritance.competesWith(any).rtPriority(), where);
            }
            for (LockNode any : nodes) {
                assertEquals(model.owner.get(any), any.owner);
                assertEquals(
                        model.first(any), any.waiters.isEmpty() ? null : any.waiters.getFirst());
            }
        }
        return inheritance.boosts();
    }

    private static void step(
            PriorityInheritance inheritance, Model model, Task task, LockNode node, KernelCpu cpu) {
        if (model.waitsFor.containsKey(task)) {
            return;
        }
        if (node.owner == null) {
            inheritance.give(node, task);
            model.owner.put(node, task);
        } else if (node.owner == task) {
            Task next = model.first(node);
            assertEquals(next, inheritance.takeBack(node, task, cpu));
            model.waitsFor.remove(next);
            model.urgency.remove(next);
            model.owner.put(node, next);
        } else if (!inheritance.waits(node, task)) {
            inheritance.enqueue(node, task, cpu);
            model.waitsFor.put(task, node);
        }
    }
}
