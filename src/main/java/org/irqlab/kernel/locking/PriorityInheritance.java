package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who waits for whom on the RT mutexes of one machine, and the priorities that this lends.
 *
 * <p>A task competes with the highest priority among its own and those of the first waiters of the
 * locks that it owns, through any number of links. Only real-time priority is lent: fair tasks wait
 * in the order in which they came, and do not boost each other.
 *
 * <p>SIMPLIFIED: one spin lock for the whole machine; Linux walks a chain lock by lock, and gives
 * up after 1,024 links.
 *
 * <p>SIMPLIFIED: the weight of a fair task stays the one that it was made with.
 *
 * <p><b>Threads.</b> Any holder.
 *
 * @see "Linux kernel/locking/rtmutex.c, rt_mutex_adjust_prio_chain"
 */
public final class PriorityInheritance {
    private final boolean on;
    private final RawSpinLock lock = new RawSpinLock();

    // Guarded by lock.
    private final Map<Task, Standing> standings = new HashMap<>();
    private long boosts;

    /** What a task owns and waits for; only while that is anything. */
    private static final class Standing {
        final List<LockNode> owned = new ArrayList<>();
        LockNode waitsFor;
        TaskPolicy effective;
    }

    /**
     * @param on false: locks lend nothing, to show what that does
     */
    public PriorityInheritance(boolean on) {
        this.on = on;
    }

    boolean enter(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        return irqs;
    }

    void leave(KernelCpu cpu, boolean irqs) {
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    private Standing standing(Task task) {
        return standings.computeIfAbsent(task, PriorityInheritance::newStanding);
    }

    private static Standing newStanding(Task task) {
        var standing = new Standing();
        standing.effective = task.normalPolicy();
        return standing;
    }

    /** Makes {@code task} the owner of a free lock. */
    void give(LockNode node, Task task) {
        node.owner = task;
        standing(task).owned.add(node);
    }

    /**
     * Returns whether the owner of {@code node} waits for {@code task}, through any number of
     * links.
     */
    boolean waits(LockNode node, Task task) {
        LockNode at = node;
        for (int links = 0; at != null && links <= standings.size(); links++) {
            if (at.owner == task) {
                return true;
            }
            at = at.owner == null ? null : standing(at.owner).waitsFor;
        }
        return false;
    }

    /** Puts {@code task} among those who wait, and lends its priority. */
    void enqueue(LockNode node, Task task, KernelCpu cpu) {
        standing(task).waitsFor = node;
        insert(node, task);
        adjust(node.owner, cpu);
    }

    private void insert(LockNode node, Task task) {
        int urgency = urgency(effective(task));
        int at = 0;
        while (at < node.waiters.size() && urgency(effective(node.waiters.get(at))) >= urgency) {
            at++;
        }
        node.waiters.add(at, task);
    }

    private TaskPolicy effective(Task task) {
        return standing(task).effective;
    }

    /** Fair tasks are equals here, whatever their weight. */
    private static int urgency(TaskPolicy policy) {
        return policy.rtPriority();
    }

    /**
     * Takes {@code node} from its owner and gives it to the first who waits; returns whom, or null.
     */
    Task takeBack(LockNode node, Task owner, KernelCpu cpu) {
        standing(owner).owned.remove(node);
        Task next = node.waiters.isEmpty() ? null : node.waiters.removeFirst();
        node.owner = next;
        if (next != null) {
            Standing heir = standing(next);
            heir.waitsFor = null;
            heir.owned.add(node);
            // Those who still wait lend to the new owner now.
            adjust(next, cpu);
        }
        adjust(owner, cpu);
        forgetIfIdle(owner);
        return next;
    }

    private void forgetIfIdle(Task task) {
        Standing standing = standing(task);
        if (standing.owned.isEmpty() && standing.waitsFor == null) {
            standings.remove(task);
        }
    }

    /** Sets what {@code first} competes with, and what follows from that along its chain. */
    private void adjust(Task first, KernelCpu cpu) {
        Task task = first;
        while (task != null) {
            Standing standing = standing(task);
            TaskPolicy wanted = entitled(task, standing);
            if (wanted.equals(standing.effective)) {
                return;
            }
            if (urgency(wanted) > urgency(standing.effective)) {
                boosts++;
            }
            standing.effective = wanted;
            task.compete(wanted, cpu);
            LockNode next = standing.waitsFor;
            if (next == null) {
                return;
            }
            // Its place among those who wait has changed.
            next.waiters.remove(task);
            insert(next, task);
            task = next.owner;
        }
    }

    private TaskPolicy entitled(Task task, Standing standing) {
        TaskPolicy most = task.normalPolicy();
        if (on) {
            for (LockNode node : standing.owned) {
                if (!node.waiters.isEmpty()) {
                    TaskPolicy lent = effective(node.waiters.getFirst());
                    most = urgency(lent) > urgency(most) ? lent : most;
                }
            }
        }
        return most;
    }

    /**
     * Gives {@code task} a policy of its own choice, as chrt does: it competes with that, or with
     * what it is lent, if that is more. Task context.
     */
    public void setPolicy(Task task, TaskPolicy policy, KernelCpu cpu) {
        cpu.preemptDisable();
        boolean irqs = enter(cpu);
        task.setNormalPolicy(policy);
        if (standings.containsKey(task)) {
            adjust(task, cpu);
        } else {
            task.compete(policy, cpu);
        }
        leave(cpu, irqs);
        cpu.preemptEnable();
    }

    /** Returns what {@code task} is to compete with. */
    TaskPolicy competesWith(Task task) {
        Standing standing = standings.get(task);
        return standing == null ? task.normalPolicy() : standing.effective;
    }

    /**
     * Returns an inversion on {@code cpu}, or null: its task is less urgent than one that waits for
     * a task of the same CPU. The holder, outside the locks.
     */
    public Inversion inversion(KernelCpu cpu) {
        Task running = cpu.current();
        boolean irqs = enter(cpu);
        Inversion found = null;
        for (var each : standings.entrySet()) {
            Task owner = each.getKey();
            if (found == null && owner != running && owner.cpu() == cpu && owner.runnable()) {
                Task waiter = mostUrgentWaiter(each.getValue());
                if (waiter != null && urgency(effective(waiter)) > urgency(running.policy())) {
                    found = new Inversion(waiter, owner, running);
                }
            }
        }
        leave(cpu, irqs);
        return found;
    }

    private Task mostUrgentWaiter(Standing owner) {
        Task most = null;
        for (LockNode node : owner.owned) {
            Task first = node.waiters.isEmpty() ? null : node.waiters.getFirst();
            if (first != null
                    && (most == null || urgency(effective(first)) > urgency(effective(most)))) {
                most = first;
            }
        }
        return most;
    }

    /** Returns how often a task was lent a higher priority. */
    public long boosts() {
        return boosts;
    }
}
