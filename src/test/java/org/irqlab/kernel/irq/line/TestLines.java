package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;

/** Lines that are wired to a chip without a domain. */
public final class TestLines {
    private TestLines() {}

    /** A line that nobody has requested. */
    static IrqDescriptor wired(TestMachine m, int irq, IrqChip chip, FlowHandler flow) {
        return wired(m.machine().irqs().core(), irq, chip, flow);
    }

    static IrqDescriptor wired(IrqCore core, int irq, IrqChip chip, FlowHandler flow) {
        IrqDescriptor line = core.newLine(irq);
        line.wire(new IrqBinding(null, line, irq, chip, null), flow);
        return line;
    }

    public static IrqAction request(IrqDescriptor line, IrqRequest request, KernelCpu cpu) {
        RequestOutcome outcome = IrqRequests.request(line, request, cpu);
        assertEquals(IrqResult.OK, outcome.result());
        return outcome.action();
    }

    /** Holds the line's counters against each other: I-01b, I-39. */
    public static void assertConserved(IrqDescriptor line) {
        LineCounts c = line.counts();
        assertEquals(c.entries(), c.ran() + c.remembered() + c.merged() + c.refused(), "I-01b");
        assertEquals(c.handlerRuns(), c.ran() + c.reruns() + c.polls(), "I-39");
    }
}
