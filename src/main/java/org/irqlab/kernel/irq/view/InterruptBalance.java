package org.irqlab.kernel.irq.view;

import org.irqlab.kernel.irq.line.IrqDescriptor;

import java.util.Arrays;
import java.util.List;

/**
 * How the interrupts of a machine's lines are spread over its CPUs.
 *
 * @param byCpu interrupts of all lines
 */
public record InterruptBalance(long[] byCpu) {
    /** Fewer interrupts than these, per CPU, say nothing. */
    private static final int LEAST = 100;

    private static final double SKEWED = 2;

    /** Counts the interrupts of {@code lines} on each CPU. */
    public static InterruptBalance of(List<IrqDescriptor> lines, int cpus) {
        var byCpu = new long[cpus];
        for (IrqDescriptor line : lines) {
            Arrays.setAll(byCpu, cpu -> byCpu[cpu] + line.counts().byCpu(cpu));
        }
        return new InterruptBalance(byCpu);
    }

    /** Returns the busiest CPU's interrupts over the mean of all: 1 where all have the same. */
    public double ratio() {
        long sum = Arrays.stream(byCpu).sum();
        long most = Arrays.stream(byCpu).max().orElse(0);
        return sum == 0 ? 1 : (double) most * byCpu.length / sum;
    }

    /** Returns whether one CPU has more than twice its share, of enough to say so. */
    public boolean skewed() {
        return Arrays.stream(byCpu).sum() >= (long) LEAST * byCpu.length && ratio() > SKEWED;
    }
}
