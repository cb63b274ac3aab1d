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

/** B-18: a line that is moved while its last request is latched at the old CPU. */
final class RetargetRace implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-18",
                "Retarget race",
                Domain.INTERRUPTS,
                "interrupts handled of 1",
                "stray vectors",
                "The line is moved to another CPU and its vector on the old one is taken back at"
                    + " once, although a request is still latched there; that one then arrives and"
                    + " belongs to nobody. The message that names the new CPU changes nothing about"
                    + " what was sent before. The fix looks into the request register of the old"
                    + " CPU first, and keeps the vector there until the last request has been"
                    + " taken.");
    }

    private static final int VECTOR = 0x51;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        var vectors = new HandMadeVectors(m);
        var handled = new AtomicInteger();
        MsixTable nic = m.plugIn(1);
        send(m, nic, 0);
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
                0,
                cpu -> {
                    nic.fire(0);
                    nic.mask(0);
                    send(m, nic, 1);
                    if (form.buggy() || !cpu.hw().port().requested(VECTOR)) {
                        vectors.clear(0, VECTOR);
                    }
                });
        rig.await("the request", () -> handled.get() + m.irqs().stray(0) > 0);
        m.settle();
        long stray = m.irqs().stray(0);
        return new Observation(handled.get(), stray, stray + " vectors of nobody on the old CPU");
    }

    private static void send(ZooMachine m, MsixTable nic, int cpu) {
        var apic = m.apic();
        nic.program(
                0, new MsiMessage(apic.messageAddress(cpu, VECTOR), apic.messageData(cpu, VECTOR)));
        nic.unmask(0);
    }
}
