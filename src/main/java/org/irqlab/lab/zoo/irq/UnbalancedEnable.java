package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-20: one enable more than there were disables. */
final class UnbalancedEnable implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-20",
                "Unbalanced enable",
                Domain.INTERRUPTS,
                "interrupts while another part holds the line off",
                "unbalanced-enable count",
                "Two parts of a driver each disable the line, and one of them enables it twice, so"
                        + " the handler runs while the other part believes the line to be off."
                        + " Disables nest by a depth, and an enable does not know whose disable it"
                        + " undoes; only the last one, which finds nothing left to undo, can be"
                        + " told to be wrong."
                        + " The fix enables once for each disable, and the line comes back with the"
                        + " last one.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        MsixTable nic = m.plugIn(1);
        IrqDescriptor line = m.line(nic, 0, 0);
        m.irqs().request(line, "nic0", 0, cpu -> IrqReturn.HANDLED);
        m.start();
        m.interrupt(
                0,
                cpu -> {
                    line.disableNoSync(cpu);
                    line.disableNoSync(cpu);
                    line.enable(cpu);
                    if (form.buggy()) {
                        line.enable(cpu);
                    }
                });
        nic.fire(0);
        m.settle();
        long whileOff = line.counts().ran();
        m.interrupt(0, line::enable);
        rig.await("the interrupt", () -> line.counts().ran() > 0);
        long unbalanced = m.irqs().core().errors(IrqError.UNBALANCED_ENABLE);
        return new Observation(whileOff, unbalanced, unbalanced + " enables of an enabled line");
    }
}
