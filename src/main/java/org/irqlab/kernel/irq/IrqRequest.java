package org.irqlab.kernel.irq;

import org.irqlab.kernel.sched.TaskPolicy;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a driver hands in to get a line.
 *
 * @param name of the handler, as /proc/interrupts shows it
 * @param nameId its number in the machine's name table
 * @param topHalf null for one that just wakes the thread
 * @param threadFunction null for none
 * @param trigger how the device signals, {@link Trigger#NONE} for as it is
 * @param deviceId tells the sharers of a line apart; may be null where nothing is shared
 * @param pid of the interrupt thread, and pid + 1 of a second one where forced threading needs it
 * @param policy of the interrupt thread
 * @see "Linux kernel/irq/manage.c, request_threaded_irq"
 */
public record IrqRequest(
        String name,
        int nameId,
        IrqHandler topHalf,
        IrqHandler threadFunction,
        Set<IrqFlag> flags,
        Trigger trigger,
        Object deviceId,
        int pid,
        TaskPolicy policy) {
    /** A request without a thread. */
    public static IrqRequest of(String name, IrqHandler topHalf) {
        return new IrqRequest(
                name, 0, topHalf, null, Set.of(), Trigger.NONE, null, 0, TaskPolicy.FIFO_50);
    }

    /** A request for a threaded handler; {@code topHalf} may be null. */
    public static IrqRequest threaded(
            String name, IrqHandler topHalf, IrqHandler function, int pid) {
        return of(name, topHalf).withThread(function, pid, TaskPolicy.FIFO_50);
    }

    public IrqRequest withThread(IrqHandler function, int threadPid, TaskPolicy threadPolicy) {
        return new IrqRequest(
                name, nameId, topHalf, function, flags, trigger, deviceId, threadPid, threadPolicy);
    }

    public IrqRequest withFlags(IrqFlag... more) {
        var all = EnumSet.noneOf(IrqFlag.class);
        all.addAll(flags);
        all.addAll(Set.of(more));
        return new IrqRequest(
                name, nameId, topHalf, threadFunction, all, trigger, deviceId, pid, policy);
    }

    public IrqRequest withTrigger(Trigger how) {
        return new IrqRequest(
                name, nameId, topHalf, threadFunction, flags, how, deviceId, pid, policy);
    }

    public IrqRequest withDevice(Object id) {
        return new IrqRequest(
                name, nameId, topHalf, threadFunction, flags, trigger, id, pid, policy);
    }

    public IrqRequest withNameId(int id) {
        return new IrqRequest(
                name, id, topHalf, threadFunction, flags, trigger, deviceId, pid, policy);
    }

    public boolean has(IrqFlag flag) {
        return flags.contains(flag);
    }
}
