package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InputTrigger;
import org.irqlab.hw.intc.WiredInputs;

/** The shared peripheral interrupts of a distributor, numbered as their INTIDs. */
final class SpiInputs implements WiredInputs {
    private final Distributor distributor;

    SpiInputs(Distributor distributor) {
        this.distributor = distributor;
    }

    @Override
    public String name() {
        return "GICv3";
    }

    @Override
    public int first() {
        return distributor.spis().first();
    }

    @Override
    public int count() {
        return distributor.spis().count();
    }

    @Override
    public void mask(int input) {
        distributor.disable(input);
    }

    @Override
    public void unmask(int input) {
        distributor.enable(input);
    }

    /** SPIs are active high. */
    @Override
    public boolean setTrigger(int input, InputTrigger trigger) {
        if (trigger.activeLow()) {
            return false;
        }
        distributor.setEdge(input, !trigger.level());
        return true;
    }

    @Override
    public void route(int input, int cpu, int vector) {
        distributor.route(input, cpu);
    }

    /** Writes GICD_ICACTIVER. */
    @Override
    public void end(int input) {
        if (distributor.spis().has(input)) {
            distributor.spis().deactivate(input);
        }
    }

    @Override
    public boolean setPending(int input) {
        return !distributor.setPending(input).dropped();
    }

    @Override
    public boolean inFlight(int input) {
        return distributor.spis().has(input)
                && InterruptWord.active(distributor.spis().word(input));
    }

    @Override
    @HotPath
    public FireOutcome drive(int input, boolean high) {
        if (high) {
            return distributor.raiseLine(input);
        }
        distributor.lowerLine(input);
        return FireOutcome.IGNORED_NO_EDGE;
    }
}
