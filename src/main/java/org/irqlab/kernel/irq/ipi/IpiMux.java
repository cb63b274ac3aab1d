package org.irqlab.kernel.irq.ipi;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * Several logical inter-processor interrupts on one of the hardware's.
 *
 * <p>A sender sets its bit and interrupts the CPU if the bit was clear and is enabled there; an
 * enable looks whether the bit is set already. Each has a full fence between its store and its
 * load, so one of them sees the other.
 *
 * <p><b>Threads.</b> Any holder sends; the CPU alone enables, disables and handles.
 * <b>Progress.</b> Wait-free.
 *
 * <p><b>Memory ordering.</b> What was written before {@link #send} is visible to the handler that
 * it leads to.
 *
 * @see "Linux kernel/irq/ipi-mux.c"
 */
public final class IpiMux {
    /** Most logical interrupts on one vector. */
    public static final int MAX_IPIS = Integer.SIZE;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);
    // Two cache lines a CPU: the adjacent-line prefetcher pairs lines.
    private static final int STRIDE = 128 / Integer.BYTES;

    private final IntConsumer parent;
    private final MuxHandler handler;
    // By CPU, through WORD: any thread sets, the CPU clears.
    private final int[] bits;
    // By CPU, through WORD: the CPU writes, any thread reads.
    private final int[] enabled;

    /** What a logical interrupt does on the CPU that takes it. */
    @FunctionalInterface
    public interface MuxHandler {
        void handle(KernelCpu cpu, int ipi);
    }

    /**
     * Makes a multiplexer with every logical interrupt disabled.
     *
     * @param parent fires the hardware's interrupt at a CPU
     */
    public IpiMux(int cpus, IntConsumer parent, MuxHandler handler) {
        this.parent = parent;
        this.handler = handler;
        bits = new int[(cpus + 1) * STRIDE];
        enabled = new int[(cpus + 1) * STRIDE];
    }

    private static int slot(int cpu) {
        return (cpu + 1) * STRIDE - STRIDE / 2;
    }

    /** Sends a logical interrupt to {@code cpu}; returns whether that took an interrupt. */
    @HotPath
    public boolean send(int cpu, int ipi) {
        int bit = 1 << ipi;
        // Full fence: pairs with the one in enable(). Releases the payload to handle().
        int before = (int) WORD.getAndBitwiseOr(bits, slot(cpu), bit);
        boolean fire =
                (before & bit) == 0 && ((int) WORD.getVolatile(enabled, slot(cpu)) & bit) != 0;
        if (fire) {
            parent.accept(cpu);
        }
        return fire;
    }

    /** Enables a logical interrupt; one that is pending is delivered. */
    public boolean enable(int cpu, int ipi) {
        int bit = 1 << ipi;
        // Full fence: pairs with the one in send().
        WORD.getAndBitwiseOr(enabled, slot(cpu), bit);
        boolean fire = ((int) WORD.getVolatile(bits, slot(cpu)) & bit) != 0;
        if (fire) {
            parent.accept(cpu);
        }
        return fire;
    }

    /** Disables a logical interrupt; what is sent from now on stays pending. */
    public void disable(int cpu, int ipi) {
        WORD.getAndBitwiseAnd(enabled, slot(cpu), ~(1 << ipi));
    }

    /** The hardware's interrupt: handles what is pending and enabled. Hardirq context. */
    @HotPath
    public void handle(KernelCpu cpu) {
        for (int left = take(cpu.id()); left != 0; left &= left - 1) {
            handler.handle(cpu, Integer.numberOfTrailingZeros(left));
        }
    }

    /** Takes what is pending and enabled. Acquires what the senders released. */
    @HotPath
    int take(int cpu) {
        // Only this CPU changes its mask.
        int mask = (int) WORD.getOpaque(enabled, slot(cpu));
        return (int) WORD.getAndBitwiseAnd(bits, slot(cpu), ~mask) & mask;
    }

    /** Whether a logical interrupt is pending on {@code cpu}. */
    public boolean pending(int cpu, int ipi) {
        return ((int) WORD.getVolatile(bits, slot(cpu)) >>> ipi & 1) != 0;
    }
}
