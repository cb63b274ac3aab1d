package org.irqlab.lab.zoo.irq;

import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** What a line looks like that may storm. */
final class Storms {
    private Storms() {}

    /** Waits for the storm, or for its first interrupt to be over, and says what was to see. */
    static Observation observe(ZooMachine m, ZooRig rig, IrqDescriptor line, Form form) {
        KernelLog log = m.machine().smp().log();
        if (form.buggy()) {
            rig.await("the storm", () -> log.count(ReportKind.INTERRUPT_STORM) > 0);
        } else {
            rig.await("the interrupt", () -> line.counts().handlerRuns() > 0);
            m.settle();
        }
        long hints = log.count(ReportKind.INTERRUPT_STORM);
        return new Observation(
                line.counts().ran(),
                hints,
                hints == 0 ? "the CPU got on" : "1,000 interrupts in a row: " + log.reports().getFirst().what());
    }
}
