package org.irqlab.lab.zoo.device;

import org.irqlab.hw.pci.DmaWrites;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicLong;

/** B-33: a device whose interrupt overtakes its data. */
final class EarlyInterrupt implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-33",
                "Memory order",
                Domain.MEMORY,
                "stale descriptors of 100",
                "payload check",
                "The device signals before its data have landed, and the handler reads the"
                    + " descriptor of the round before. Writes to memory may be held back on their"
                    + " way, and what is sent beside them does not push them out. The fix sends the"
                    + " message behind the data on the same way, where it cannot overtake them.");
    }

    private static final int ROUNDS = 100;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var descriptor = new AtomicLong();
        var writes = new DmaWrites((address, value) -> descriptor.set(value), 16);
        var bus = m.apic();
        var nic = new MsixTable(1, form.buggy() ? bus : writes.before(bus));
        nic.writeControl(MsixTable.CONTROL_ENABLE);
        var check = new PayloadCheck();
        m.irqs()
                .request(
                        m.line(nic, 0, 0),
                        "nic",
                        0,
                        cpu -> {
                            check.take(descriptor.get());
                            return IrqReturn.HANDLED;
                        });
        m.start();
        for (int n = 1; n <= ROUNDS; n++) {
            int round = n;
            writes.post(0, n);
            nic.fire(0);
            rig.await("a round", () -> check.taken() == round);
            writes.push();
        }
        return new Observation(
                check.stale(), check.stale(), check.stale() + " wrong sequence numbers");
    }
}
