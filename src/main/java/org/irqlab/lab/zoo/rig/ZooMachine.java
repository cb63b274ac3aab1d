package org.irqlab.lab.zoo.rig;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.InputTrigger;
import org.irqlab.hw.intc.InputWire;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicMode;
import org.irqlab.hw.intc.apic.ApicOptions;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.hw.intc.gicv3.GicSettings;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.GuestErrorLog;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.platform.IrqTable;
import org.irqlab.kernel.irq.platform.WiredDomain;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.scenario.Board;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A small machine of the zoo: furnished by the entry, with wired inputs, MSI-X functions and tasks,
 * then started; code runs on a CPU of it in an interrupt.
 *
 * <p><b>Threads.</b> The one that runs the entry.
 */
public final class ZooMachine {
    /** Vectors of the kernel's range, or SGIs, that nothing else uses. */
    private static final int CALL_VECTOR = 0xf2;

    private static final int CALL_SGI = 9;
    private static final int FIRST_IRQ = 32;

    private final ZooRig rig;
    private final Machine machine;
    private final GuestErrorLog errors = new GuestErrorLog();
    private final int callVector;
    private final AtomicReference<Consumer<KernelCpu>> call = new AtomicReference<>();
    private final List<Task> wokenAtStart = new ArrayList<>();
    private final WiredInputs inputs;
    private final boolean x86;
    private WiredDomain wired;
    private int nextIrq = FIRST_IRQ;
    private int nextSlot = 1;

    ZooMachine(ZooRig rig, Platform platform, MachineSpec spec) {
        this.rig = rig;
        x86 = platform == Platform.X86;
        var halts = Stream.generate(HaltLine::new).limit(spec.cpus()).toList();
        InterruptController controller;
        if (x86) {
            var options = new ApicOptions(ApicMode.XAPIC, HostClock::nowNs, errors);
            var apic = new ApicController(halts, options);
            inputs = apic.addIoApic(StormDamping.OFF).inputs();
            controller = apic;
        } else {
            var gic = GicMachine.asLinuxLeavesIt(halts, GicSettings.DEFAULT, errors);
            inputs = gic.gic().distributor().inputs();
            controller = gic;
        }
        machine = new Machine(spec, controller, halts, IdleListener.NONE);
        errors.connect(machine.smp());
        callVector = x86 ? CALL_VECTOR : CALL_SGI;
        machine.irqs().setSystemHandler(callVector, cpu -> call.get().accept(cpu), null, null);
    }

    public Machine machine() {
        return machine;
    }

    public IrqTable irqs() {
        return machine.irqs();
    }

    public KernelCpu cpu(int id) {
        return machine.cpu(id);
    }

    /** Returns the counts of what guests and devices did against the rules. */
    public GuestErrorLog errors() {
        return errors;
    }

    /** Returns the controller of an x86 machine. */
    public ApicController apic() {
        return (ApicController) machine.controller();
    }

    /** Returns the controller of an arm64 machine. */
    public GicMachine gic() {
        return (GicMachine) machine.controller();
    }

    /** Returns the inputs of the I/O APIC, or the GIC's SPIs. */
    public WiredInputs inputs() {
        return inputs;
    }

    /** Returns a wire to the {@code number}th input, for devices that hold a level. */
    public InputWire levelWire(int number) {
        var trigger = x86 ? InputTrigger.LOW_LEVEL : InputTrigger.HIGH_LEVEL;
        return new InputWire(inputs, inputs.first() + number, trigger);
    }

    /** Returns a wire to the {@code number}th input, for devices that signal by edges. */
    public InputWire edgeWire(int number) {
        return new InputWire(inputs, inputs.first() + number, InputTrigger.RISING_EDGE);
    }

    /** Returns the line of the {@code number}th input, masked. Before the start. */
    public IrqDescriptor line(int number, InputWire wire) {
        Trigger trigger =
                switch (wire.trigger()) {
                    case RISING_EDGE -> Trigger.RISING;
                    case FALLING_EDGE -> Trigger.FALLING;
                    case HIGH_LEVEL -> Trigger.HIGH;
                    case LOW_LEVEL -> Trigger.LOW;
                };
        if (wired == null) {
            wired = machine.irqs().newDomain(inputs);
        }
        int input = inputs.first() + number;
        return wired.map(nextIrq++, input, trigger, machine.cpu(0)).line();
    }

    /** Plugs in a PCI function with MSI-X on. Before the start. */
    public MsixTable plugIn(int vectors) {
        MsixTable msix = Board.plugIn(machine, nextSlot++, vectors).msix();
        msix.writeControl(MsixTable.CONTROL_ENABLE);
        return msix;
    }

    /**
     * Returns the line of an MSI-X entry, which interrupts {@code cpu}; masked. Before the start.
     */
    public IrqDescriptor line(MsixTable msix, int entry, int cpu) {
        return machine.irqs().allocate(nextIrq++, msix, entry, cpu);
    }

    /** Adds a kernel thread that runs from the start. Before the start. */
    public Task task(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        Task task = sleeper(cpu, name, policy, body);
        wokenAtStart.add(task);
        return task;
    }

    /** Adds a kernel thread that sleeps until it is woken. Before the start. */
    public Task sleeper(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        Task task = machine.newTask(cpu, name, policy, true, body);
        task.setWantedCpu(cpu);
        return task;
    }

    /** Starts the machine and wakes its tasks. */
    public void start() {
        machine.start();
        for (Task task : wokenAtStart) {
            interrupt(task.cpu().id(), cpu -> cpu.scheduler().wake(task));
        }
    }

    /**
     * Runs {@code work} in an interrupt of CPU {@code cpu} and waits for it.
     *
     * @throws ZooTimeout if the CPU does not take it
     */
    public void interrupt(int cpu, Consumer<KernelCpu> work) {
        AtomicInteger done = post(cpu, work);
        rig.await("interrupt of cpu " + cpu, () -> done.get() != 0);
    }

    /** As {@link #interrupt}, without the wait: the returned value becomes 1 when it is done. */
    public AtomicInteger post(int cpu, Consumer<KernelCpu> work) {
        var done = new AtomicInteger();
        call.set(here -> {
            work.accept(here);
            done.set(1);
        });
        machine.controller().sendIpi(cpu, callVector);
        return done;
    }

    /**
     * Waits until each CPU has taken what was latched for it before, also what is less urgent than
     * the interrupt that asks.
     *
     * @throws ZooTimeout if something stays latched
     */
    public void settle() {
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            int id = cpu;
            rig.await("quiet on cpu " + id, () -> quiet(id));
        }
    }

    private boolean quiet(int cpu) {
        var quiet = new AtomicBoolean();
        interrupt(cpu, here -> quiet.set(!here.hw().port().requested()));
        return quiet.get();
    }

    void checkAlive() {
        Throwable failure = machine.smp().failure();
        if (failure != null) {
            throw new IllegalStateException("machine failed: " + failure.getMessage(), failure);
        }
    }

    void close() {
        machine.close();
    }
}
