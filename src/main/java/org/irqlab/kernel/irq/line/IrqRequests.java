package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.util.EnumSet;

/**
 * Puts handlers on lines and takes them off again.
 *
 * <p>A request that the rules refuse is the driver's mistake: it gets its error and nothing has
 * changed.
 *
 * <p><b>Threads.</b> Tasks, with interrupts on; before the machine starts, the thread that
 * furnishes it, as CPU 0. Requests and frees of one line wait for each other.
 *
 * @see "Linux kernel/irq/manage.c, __setup_irq and __free_irq"
 */
public final class IrqRequests {
    /** FIFO priority of the second thread of a handler that was threaded by force. */
    private static final TaskPolicy SECONDARY_POLICY = TaskPolicy.fifo(49);

    private IrqRequests() {}

    /**
     * Puts a handler on a line; the first one starts it.
     *
     * @return EINVAL, EBUSY, ENOSPC or ENOSYS as Linux returns them
     */
    public static RequestOutcome request(IrqDescriptor line, IrqRequest request, KernelCpu cpu) {
        IrqResult sane = SharingRules.saneAlone(line, request);
        if (!sane.ok()) {
            return RequestOutcome.refused(sane);
        }
        Task self = cpu.current();
        enter(line, self);
        try {
            return new Setup(line, request, self.cpu()).run();
        } finally {
            leave(line, self.cpu());
        }
    }

    private static void enter(IrqDescriptor line, Task self) {
        line.waiters.await(self.cpu(), () -> tryEnter(line, self.cpu()));
    }

    private static boolean tryEnter(IrqDescriptor line, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        boolean free = !line.requestBusy;
        line.requestBusy = true;
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return free;
    }

    private static void leave(IrqDescriptor line, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        line.requestBusy = false;
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        if (line.waiters.any()) {
            line.waiters.wakeAll(cpu);
        }
    }

    /**
     * Takes the handler with {@code deviceId} off the line and waits until neither it nor its
     * thread runs any more; the last one shuts the line down.
     *
     * @return the handler, or null if the line has none with this id: the driver's mistake, counted
     */
    public static IrqAction free(IrqDescriptor line, Object deviceId, KernelCpu cpu) {
        Task self = cpu.current();
        enter(line, self);
        IrqAction action = unlink(line, deviceId, self.cpu());
        if (action != null) {
            finish(line, action, self);
        }
        leave(line, self.cpu());
        return action;
    }

    private static IrqAction unlink(IrqDescriptor line, Object deviceId, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        IrqAction before = null;
        IrqAction action = line.actions;
        while (action != null && action.deviceId() != deviceId) {
            before = action;
            action = action.next;
        }
        if (action == null) {
            line.core.error(IrqError.NOT_REQUESTED, line, cpu);
        } else {
            if (before == null) {
                line.actions = action.next;
            } else {
                before.next = action.next;
            }
            if (line.actions == null) {
                LineSwitch.shutdown(line, cpu);
            }
        }
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return action;
    }

    private static void finish(IrqDescriptor line, IrqAction action, Task self) {
        line.synchronize(self.cpu());
        action.threads(thread -> {
            if (!line.core.host().forget(thread.task())) {
                thread.stop(self.cpu());
            }
        });
        KernelCpu here = self.cpu();
        boolean irqs = here.hw().irqSave();
        line.lock.lock(here.id());
        if (line.actions == null) {
            LineSwitch.deactivate(line, here);
        }
        line.lock.unlock(here.id());
        here.hw().irqRestore(irqs);
    }

    /** One request on its way. */
    private static final class Setup {
        private final IrqDescriptor line;
        private final IrqRequest request;
        private final KernelCpu cpu;
        private final EnumSet<IrqFlag> flags = EnumSet.noneOf(IrqFlag.class);
        private IrqHandler topHalf;
        private IrqHandler threadFunction;
        private IrqHandler secondaryFunction;
        private IrqThread.Kind kind = IrqThread.Kind.REQUESTED;

        Setup(IrqDescriptor line, IrqRequest request, KernelCpu cpu) {
            this.line = line;
            this.request = request;
            this.cpu = cpu;
            flags.addAll(request.flags());
            topHalf = request.topHalf() == null ? IrqAction.DEFAULT_PRIMARY : request.topHalf();
            threadFunction = request.threadFunction();
        }

        RequestOutcome run() {
            if (line.flow == FlowHandler.NESTED) {
                if (threadFunction == null) {
                    return RequestOutcome.refused(IrqResult.EINVAL);
                }
                topHalf = IrqAction.NESTED_PRIMARY;
            } else if (line.core.settings().threading().forced()) {
                threadByForce();
            }
            if (line.oneshotSafe) {
                flags.remove(IrqFlag.ONESHOT);
            }
            IrqAction action = makeAction();
            IrqResult result = link(action);
            if (!result.ok()) {
                return RequestOutcome.refused(result);
            }
            action.threads(thread -> line.core.host().adopt(thread.task()));
            return new RequestOutcome(IrqResult.OK, action);
        }

        private void threadByForce() {
            if (flags.contains(IrqFlag.NO_THREAD)
                    || flags.contains(IrqFlag.PERCPU)
                    || flags.contains(IrqFlag.ONESHOT)
                    || line.perCpu
                    || topHalf == IrqAction.DEFAULT_PRIMARY) {
                return;
            }
            flags.add(IrqFlag.ONESHOT);
            secondaryFunction = threadFunction;
            threadFunction = topHalf;
            topHalf = IrqAction.DEFAULT_PRIMARY;
            kind =
                    line.core.settings().threading() == IrqSettings.Threading.FORCED_RT
                            ? IrqThread.Kind.FORCED_RT
                            : IrqThread.Kind.FORCED;
        }

        private IrqAction makeAction() {
            IrqAction action = newAction(topHalf, threadFunction);
            if (threadFunction != null && line.flow != FlowHandler.NESTED) {
                action.setThread(
                        new IrqThread(line, action, kind, cpu, request.pid(), request.policy()));
            }
            if (secondaryFunction != null) {
                action.secondary = newAction(IrqAction.NESTED_PRIMARY, secondaryFunction);
                action.secondary.setThread(
                        new IrqThread(
                                line,
                                action.secondary,
                                IrqThread.Kind.SECONDARY,
                                cpu,
                                request.pid() + 1,
                                SECONDARY_POLICY));
            }
            return action;
        }

        private IrqAction newAction(IrqHandler top, IrqHandler function) {
            return new IrqAction(
                    request.name(), request.nameId(), request.deviceId(), top, function, flags);
        }

        private IrqResult link(IrqAction action) {
            boolean irqs = cpu.hw().irqSave();
            line.lock.lock(cpu.id());
            IrqResult result = line.actions == null ? linkFirst(action) : linkSharer(action);
            line.lock.unlock(cpu.id());
            cpu.hw().irqRestore(irqs);
            return result;
        }

        private IrqResult linkSharer(IrqAction action) {
            IrqResult result = SharingRules.agrees(line, request.trigger(), flags);
            if (!result.ok()) {
                return result;
            }
            long taken = 0;
            IrqAction last = null;
            for (IrqAction other = line.actions; other != null; other = other.next) {
                taken |= other.threadMask;
                last = other;
            }
            result = maskBit(action, taken);
            if (result.ok()) {
                last.next = action;
                line.spurious.reset();
                if (line.spuriousDisabled) {
                    line.spuriousDisabled = false;
                    LineSwitch.enable(line, cpu);
                }
            }
            return result;
        }

        private IrqResult maskBit(IrqAction action, long taken) {
            if (flags.contains(IrqFlag.ONESHOT)) {
                if (taken == -1L) {
                    return IrqResult.EBUSY;
                }
                action.threadMask = Long.lowestOneBit(~taken);
            } else if (topHalf == IrqAction.DEFAULT_PRIMARY && !line.oneshotSafe) {
                // Unmasked with the device still signalling, it would never let the thread run.
                return IrqResult.EINVAL;
            }
            return IrqResult.OK;
        }

        private IrqResult linkFirst(IrqAction action) {
            IrqResult result = maskBit(action, 0);
            if (result.ok() && request.trigger() != Trigger.NONE) {
                result = SharingRules.setTrigger(line, request.trigger(), cpu);
            }
            if (result.ok() && !line.managedShutdown) {
                result = LineSwitch.activate(line, cpu);
            }
            if (!result.ok()) {
                return result;
            }
            line.spuriousDisabled = false;
            line.oneshot = flags.contains(IrqFlag.ONESHOT);
            line.perCpu |= flags.contains(IrqFlag.PERCPU);
            line.noBalancing = line.perCpu || flags.contains(IrqFlag.NOBALANCING);
            line.spurious.reset();
            line.actions = action;
            if (flags.contains(IrqFlag.NO_AUTOEN) || line.flow == FlowHandler.PER_CPU_DEVICE) {
                line.depth = 1;
            } else {
                LineSwitch.startup(line, cpu);
            }
            return IrqResult.OK;
        }
    }
}
