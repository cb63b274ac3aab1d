package org.irqlab.kernel.irq.view;

import org.irqlab.kernel.irq.line.IrqDescriptor;

/**
 * The texts of {@code /proc/irq/N/}: where a line may and does interrupt, and what the detector has
 * counted.
 *
 * @see "Linux kernel/irq/proc.c; Documentation/core-api/irq/irq-affinity.rst"
 */
public final class AffinityText {
    private AffinityText() {}

    /** {@code smp_affinity}: hexadecimal, groups of 32 CPUs. */
    public static String smpAffinity(IrqDescriptor line, int cpus) {
        return line.affinity().hex(cpus) + "\n";
    }

    /** {@code smp_affinity_list}: ranges. */
    public static String smpAffinityList(IrqDescriptor line) {
        return line.affinity().list() + "\n";
    }

    /** {@code effective_affinity}: where the line is delivered now. */
    public static String effectiveAffinity(IrqDescriptor line, int cpus) {
        return line.effectiveAffinity().hex(cpus) + "\n";
    }

    public static String effectiveAffinityList(IrqDescriptor line) {
        return line.effectiveAffinity().list() + "\n";
    }
}
