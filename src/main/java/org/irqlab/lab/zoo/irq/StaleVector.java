package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-34: a CPU that goes off without a look at what is latched. */
final class StaleVector implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-34",
                "Stale vector after CPU down",
                Domain.INTERRUPTS,
                "interrupts handled of 1",
                "stray vectors",
                "A CPU goes down, its lines move to others, and a request that was latched there a"
                    + " moment ago is lost; when the CPU takes it, no handler belongs to the"
                    + " vector. Moving a line changes where the next message goes, not the one that"
                    + " has arrived. The fix scans the request register when the lines have moved,"
                    + " sends again what is latched, and marks those vectors as moved.");
    }

    private static final int VECTOR = 0x51;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        var vectors = new HandMadeVectors(m);
        var handled = new AtomicInteger();
        MsixTable nic = m.plugIn(1);
        send(m, nic, 1);
        for (int cpu = 0; cpu < 2; cpu++) {
            vectors.set(
                    cpu,
                    VECTOR,
                    here -> {
                        here.hw().port().endOfInterrupt();
                        handled.incrementAndGet();
                    });
        }
        m.start();
        m.interrupt(
                1,
                cpu -> {
                    nic.fire(0);
                    nic.mask(0);
                    send(m, nic, 0);
                    vectors.clear(1, VECTOR);
                    if (!form.buggy() && cpu.hw().port().requested(VECTOR)) {
                        m.apic().sendIpi(0, VECTOR);
                        vectors.set(1, VECTOR, here -> here.hw().port().endOfInterrupt());
                    }
                });
        rig.await("the request", () -> handled.get() + m.irqs().stray(1) > 0);
        m.settle();
        long stray = m.irqs().stray(1);
        return new Observation(
                handled.get(), stray, stray + " vectors of nobody on the CPU that left");
    }

    private static void send(ZooMachine m, MsixTable nic, int cpu) {
        var apic = m.apic();
        nic.program(
                0, new MsiMessage(apic.messageAddress(cpu, VECTOR), apic.messageData(cpu, VECTOR)));
        nic.unmask(0);
    }
}
