package org.irqlab.lab.zoo.device;

import org.irqlab.hw.pci.MsixBar;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-17: an MSI-X entry that is written word by word while it is open. */
final class UnmaskedEntry implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-17",
                "MSI-X entry changed unmasked",
                Domain.DEVICES,
                "messages to a CPU that knows nothing of them",
                "writes of an unmasked entry",
                "The driver moves an interrupt by writing address and data of its MSI-X entry one"
                    + " after the other, the device fires in between, and a message goes to the new"
                    + " CPU with the old vector. An entry is four words, and only a masked one may"
                    + " change, because a fire reads all of them. The fix masks the entry, writes,"
                    + " and unmasks; the fire in between waits in the pending bit.");
    }

    private static final int OLD_VECTOR = 0x51;
    private static final int NEW_VECTOR = 0x61;
    private static final int ADDRESS = 0;
    private static final int DATA = 8;
    private static final int CONTROL = 12;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        m.irqs().setSystemHandler(NEW_VECTOR, cpu -> {}, null, null);
        MsixTable nic = m.plugIn(1);
        var bar = new MsixBar(nic, m.errors());
        var apic = m.apic();
        write(bar, ADDRESS, Long.BYTES, apic.messageAddress(0, OLD_VECTOR));
        write(bar, DATA, Integer.BYTES, apic.messageData(0, OLD_VECTOR));
        write(bar, CONTROL, Integer.BYTES, 0);
        m.start();
        if (!form.buggy()) {
            write(bar, CONTROL, Integer.BYTES, 1);
        }
        write(bar, ADDRESS, Long.BYTES, apic.messageAddress(1, NEW_VECTOR));
        nic.fire(0);
        write(bar, DATA, Integer.BYTES, apic.messageData(1, NEW_VECTOR));
        if (!form.buggy()) {
            write(bar, CONTROL, Integer.BYTES, 0);
        }
        m.settle();
        long open = nic.unmaskedWrites();
        return new Observation(m.irqs().stray(1), open, open + " words written while unmasked");
    }

    private static void write(MsixBar bar, int offset, int bytes, long value) {
        bar.write(0, offset, bytes, value);
    }
}
