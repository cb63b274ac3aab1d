package org.irqlab.lab.zoo.core;

import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction;
import org.irqlab.hw.cpu.exception.GuestMemory;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.trap.AddressSpace;
import org.irqlab.kernel.trap.KernelTraps;
import org.irqlab.kernel.trap.ProgramRun;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-30: a fault handler that does not remove the cause. */
final class FaultLoop implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-30",
                "Fault loop",
                Domain.TRAPS,
                "faults of one access",
                "fault-repeat counter",
                "The page-fault handler says that it has served the fault but leaves the page as it"
                    + " was, and the instruction faults again, for ever. A fault restarts its"
                    + " instruction, so that whoever serves it must change what made it fault. The"
                    + " kernel counts faults of one instruction at one address with no progress in"
                    + " between, and ends the program; the fix maps the page.");
    }

    private static final int PAGE = 2;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        KernelTraps traps = KernelTraps.x86(m.machine().smp());
        var space = new AddressSpace(new GuestMemory(4));
        space.map(PAGE, 1, AddressSpace.Backing.ANONYMOUS, true);
        space.setLeavesCause(form.buggy());
        ProgramRun program =
                traps.run(
                        GuestProgram.user(
                                "app",
                                new GuestInstruction.Load(1, PAGE * GuestMemory.PAGE_BYTES),
                                new GuestInstruction.Exit(0)),
                        space);
        m.task(0, "app", TaskPolicy.NORMAL, program);
        m.start();
        rig.await("the end of the program", () -> program.end() != null);
        long loops = traps.counts(0).faultLoops();
        return new Observation(
                traps.counts(0).traps(ExceptionCause.PAGE_FAULT),
                loops,
                "the program: " + program.end());
    }
}
