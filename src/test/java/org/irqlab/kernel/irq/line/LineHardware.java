package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The hardware of one line, one thread only: a latch for edges, or a wire for levels; and a mask
 * behind which an edge is remembered.
 */
final class LineHardware implements IrqChip {
    private final boolean level;
    private final boolean retriggers;
    private final Set<IrqChipFlag> flags;
    private boolean wire;
    private boolean latched;
    private boolean remembered;
    private boolean masked = true;
    private int acknowledged;
    private int ended;

    LineHardware(boolean level, boolean retriggers, Set<IrqChipFlag> flags) {
        this.level = level;
        this.retriggers = retriggers;
        this.flags = flags;
    }

    /** The device signals: an edge, or it raises the wire. */
    void fire() {
        if (level) {
            wire = true;
        } else if (masked) {
            remembered = true;
        } else {
            latched = true;
        }
    }

    /** The device is content: it lowers the wire. */
    void lower() {
        wire = false;
    }

    /** The controller delivers; returns whether there is something. */
    boolean take() {
        boolean there = level ? wire && !masked : latched;
        latched = false;
        return there;
    }

    boolean owes() {
        return wire || latched || remembered;
    }

    void mask() {
        masked = true;
    }

    void unmask() {
        masked = false;
        latched |= remembered;
        remembered = false;
    }

    void acknowledge() {
        acknowledged++;
    }

    void end() {
        ended++;
    }

    boolean retrigger() {
        if (retriggers) {
            fire();
        }
        return retriggers;
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return flags;
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        mask();
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        unmask();
    }

    @Override
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        acknowledge();
    }

    @Override
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        end();
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return retrigger();
    }

    @Override
    public String toString() {
        return "masked=%s owes=%s acks=%d ends=%d".formatted(masked, owes(), acknowledged, ended);
    }
}
