package org.irqlab.kernel.block;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/**
 * Brings requests that a device has finished back to the CPU that submitted them.
 *
 * <p>The driver completes at once where it runs on that CPU, or on one that shares its cache.
 * Elsewhere the request goes to a list of the submitting CPU; only the first on an empty list costs
 * an interrupt, and BLOCK works the list off there.
 *
 * <p><b>Threads.</b> Made before the machine starts; then any holder.
 *
 * @see "Linux block/blk-mq.c, blk_mq_complete_request_remote and blk_mq_complete_need_ipi"
 */
public final class BlockCompletions {
    private final Machine machine;
    private final Affinity affinity;
    private final IntBinaryOperator shareCache;
    private final DoneList[] done;
    private final IrqWork[] calls;

    // By CPU, its holder only.
    private final long[] local;
    private final long[] remote;
    private final long[] interrupts;

    /** Where a request is completed; /sys/block/…/queue/rq_affinity. */
    public enum Affinity {
        /** 0: where the device interrupts. */
        ANYWHERE,
        /** 1: on the submitting CPU, or one that shares its cache. */
        SAME_GROUP,
        /** 2: on the submitting CPU. */
        SAME_CPU
    }

    /**
     * Gives BLOCK of {@code machine} to completions.
     *
     * @param shareCache not 0 for two CPUs that share their last-level cache
     */
    public BlockCompletions(Machine machine, Affinity affinity, IntBinaryOperator shareCache) {
        this.machine = machine;
        this.affinity = affinity;
        this.shareCache = shareCache;
        int cpus = machine.cpus();
        done = new DoneList[cpus];
        Arrays.setAll(done, cpu -> new DoneList());
        calls = new IrqWork[cpus];
        Arrays.setAll(calls, cpu -> new IrqWork(this::raise));
        local = new long[cpus];
        remote = new long[cpus];
        interrupts = new long[cpus];
        machine.setSoftirqAction(SoftirqVector.BLOCK, this::completeAll);
        machine.addTakeOver(this::takeOver);
    }

    /** {@code request} is done. By the driver: hardirq or softirq context. */
    @HotPath
    public void complete(BlockRequest request, KernelCpu cpu) {
        int target = request.submitCpu;
        boolean here =
                target == cpu.id()
                        || affinity == Affinity.ANYWHERE
                        || affinity == Affinity.SAME_GROUP
                                && shareCache.applyAsInt(cpu.id(), target) != 0;
        if (here) {
            local[cpu.id()]++;
            request.completion.done(request, cpu);
            return;
        }
        remote[cpu.id()]++;
        if (done[target].push(request)) {
            interrupts[cpu.id()]++;
            // Refused only where a call is pending whose run will find the request.
            machine.calls().queueOn(target, calls[target], cpu);
        }
    }

    private void raise(KernelCpu cpu) {
        machine.softirqs(cpu.id()).raiseIrqsOff(SoftirqVector.BLOCK);
    }

    @HotPath
    private void completeAll(KernelCpu cpu) {
        for (BlockRequest r = done[cpu.id()].takeAll(); r != null; ) {
            // The request may be submitted again as soon as it is done.
            BlockRequest following = r.next;
            r.completion.done(r, cpu);
            r = following;
        }
    }

    private void takeOver(int dead, KernelCpu live) {
        for (BlockRequest r = done[dead].takeAll(); r != null; ) {
            BlockRequest following = r.next;
            r.completion.done(r, live);
            r = following;
        }
    }

    /** Returns how many requests {@code cpu} completed at once. Exact once the machine is quiet. */
    public long local(int cpu) {
        return local[cpu];
    }

    /** Returns how many requests {@code cpu} sent to others. */
    public long remote(int cpu) {
        return remote[cpu];
    }

    /** Returns how many interrupts that took. */
    public long interrupts(int cpu) {
        return interrupts[cpu];
    }
}
