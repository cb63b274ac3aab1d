package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.intc.InputTrigger;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * What the chips of wired inputs have in common: mask bits, and triggers that the firmware tells
 * when the line is mapped.
 */
abstract sealed class WiredChip implements IrqChip, IrqDomain.Operations
        permits IoApicChip, GicChip {
    final WiredInputs inputs;
    // By input; written by who maps the input.
    private final Trigger[] triggers;

    WiredChip(WiredInputs inputs) {
        this.inputs = inputs;
        triggers = new Trigger[inputs.count()];
    }

    static int input(IrqBinding line) {
        return (int) line.hwirq();
    }

    /** What the firmware says of an input that is about to be mapped. */
    final void describe(int input, Trigger trigger) {
        triggers[input - inputs.first()] = trigger;
    }

    final Trigger described(long hwirq) {
        return triggers[(int) hwirq - inputs.first()];
    }

    final IrqResult setTrigger(IrqBinding line, Trigger trigger) {
        InputTrigger wanted =
                switch (trigger) {
                    case RISING -> InputTrigger.RISING_EDGE;
                    case FALLING -> InputTrigger.FALLING_EDGE;
                    case HIGH -> InputTrigger.HIGH_LEVEL;
                    case LOW -> InputTrigger.LOW_LEVEL;
                    case NONE, BOTH -> null;
                };
        boolean done = wanted != null && inputs.setTrigger(input(line), wanted);
        return done ? IrqResult.OK : IrqResult.EINVAL;
    }

    @Override
    public final String name() {
        return inputs.name();
    }

    @Override
    public final void mask(IrqBinding line, KernelCpu cpu) {
        inputs.mask(input(line));
    }

    @Override
    public final void unmask(IrqBinding line, KernelCpu cpu) {
        inputs.unmask(input(line));
    }

    @Override
    public final boolean active(IrqBinding line) {
        return inputs.inFlight(input(line));
    }

    @Override
    public final IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public final IrqResult allocate(IrqBinding line, KernelCpu cpu) {
        Trigger trigger = described(line.hwirq());
        inputs.mask(input(line));
        IrqResult result = setTrigger(line, trigger);
        if (result.ok()) {
            line.setTrigger(trigger);
        }
        return result;
    }
}
