package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.sched.KernelCpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The hardware of one message-signalled line, one thread only: what it is told goes into a log; a
 * fire while it is masked is remembered, once.
 */
class FakeChip implements IrqChip {
    final List<String> log = new ArrayList<>();
    private boolean masked;
    private boolean remembered;
    private boolean latched;

    /** The device signals. */
    void fire() {
        if (masked) {
            remembered = true;
        } else {
            latched = true;
        }
    }

    /** Takes the latched interrupt; returns whether there was one. */
    boolean take() {
        boolean was = latched;
        latched = false;
        return was;
    }

    boolean masked() {
        return masked;
    }

    /** Returns whether a fire has yet to be taken. */
    boolean owes() {
        return latched || remembered;
    }

    @Override
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        log.add("ack " + cpu.id());
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        log.add("mask");
        masked = true;
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        log.add("unmask");
        masked = false;
        latched |= remembered;
        remembered = false;
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        log.add("retrigger");
        fire();
        return true;
    }

    @Override
    public String name() {
        return "fake";
    }
}
