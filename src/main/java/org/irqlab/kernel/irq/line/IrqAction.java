package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqReturn;

import java.util.Set;
import java.util.function.Consumer;

/**
 * One handler on a line, with its thread if it has one.
 *
 * @see "Linux include/linux/interrupt.h, struct irqaction"
 */
public final class IrqAction {
    /** What a line without a primary handler has: it leaves everything to the thread. */
    static final IrqHandler DEFAULT_PRIMARY = cpu -> IrqReturn.WAKE_THREAD;

    /** The primary handler of a line behind another line's thread: never called. */
    static final IrqHandler NESTED_PRIMARY = cpu -> IrqReturn.NONE;

    private final String name;
    private final int nameId;
    private final Object deviceId;
    private final IrqHandler topHalf;
    private final IrqHandler threadFunction;
    private final Set<IrqFlag> flags;
    private final boolean mayThread;

    // Set before the action is on a line.
    private IrqThread thread;
    IrqAction secondary;
    long threadMask;

    // Guarded by the line's lock; walked without it by the CPU that has the line in progress. A
    // handler that is taken off while they run may still be called: whoever frees it waits.
    IrqAction next;

    IrqAction(
            String name,
            int nameId,
            Object deviceId,
            IrqHandler topHalf,
            IrqHandler threadFunction,
            Set<IrqFlag> flags) {
        this.name = name;
        this.nameId = nameId;
        this.deviceId = deviceId;
        this.topHalf = topHalf;
        this.threadFunction = threadFunction;
        this.flags = flags;
        mayThread =
                !flags.contains(IrqFlag.NO_THREAD)
                        && !flags.contains(IrqFlag.PERCPU)
                        && !flags.contains(IrqFlag.ONESHOT);
    }

    public String name() {
        return name;
    }

    public int nameId() {
        return nameId;
    }

    /** Returns what tells the sharers of a line apart, or null. */
    public Object deviceId() {
        return deviceId;
    }

    IrqHandler topHalf() {
        return topHalf;
    }

    IrqHandler threadFunction() {
        return threadFunction;
    }

    void setThread(IrqThread thread) {
        this.thread = thread;
    }

    /** Returns the interrupt thread, or null. */
    public IrqThread thread() {
        return thread;
    }

    /** Returns the next handler of a shared line, or null. */
    public IrqAction next() {
        return next;
    }

    boolean has(IrqFlag flag) {
        return flags.contains(flag);
    }

    /** Returns whether a kernel with forced threading would have the top half in a thread. */
    @HotPath
    boolean mayThread() {
        return mayThread;
    }

    /** Calls {@code action} for each of its threads. */
    void threads(Consumer<IrqThread> action) {
        if (thread != null) {
            action.accept(thread);
        }
        if (secondary != null) {
            secondary.threads(action);
        }
    }
}
