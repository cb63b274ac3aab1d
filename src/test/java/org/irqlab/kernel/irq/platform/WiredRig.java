package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.intc.InputWire;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.HandlerGate;

import java.util.function.Consumer;

/** A wired machine with one line, whose handlers all pass one gate. */
final class WiredRig implements AutoCloseable {
    private static final int LEVEL_INPUT = 5;
    private static final int EDGE_INPUT = 7;

    final WiredMachine w;
    final InputWire wire;
    final IrqDescriptor line;
    final HandlerGate gate;

    private WiredRig(WiredMachine w, int number, InputWire wire, HandlerGate gate) {
        this.w = w;
        this.wire = wire;
        this.gate = gate;
        line = w.line(number, wire);
    }

    /** The line of a level. */
    static WiredRig level(Platform platform, int cpus) {
        return level(platform, cpus, HandlerGate.open());
    }

    static WiredRig level(Platform platform, int cpus, HandlerGate gate) {
        var w = new WiredMachine(platform, cpus);
        return new WiredRig(w, LEVEL_INPUT, w.levelWire(LEVEL_INPUT), gate);
    }

    /** The line of an edge. */
    static WiredRig edge(Platform platform, int cpus) {
        var w = new WiredMachine(platform, cpus);
        return new WiredRig(w, EDGE_INPUT, w.edgeWire(EDGE_INPUT), HandlerGate.open());
    }

    /** A device on the wire, and its driver, who shares the line. */
    LevelDevice device() {
        var device = new LevelDevice(wire);
        share(device, cpu -> device.serve());
        return device;
    }

    /** Puts a handler on the line that shares it. */
    void share(Object deviceId, IrqHandler handler) {
        request(of(handler).withFlags(IrqFlag.SHARED).withDevice(deviceId));
    }

    /** Puts a handler on the line that wants it for itself. */
    void own(IrqHandler handler) {
        request(of(handler));
    }

    private IrqRequest of(IrqHandler handler) {
        return IrqRequest.of("dev", gate.before(handler));
    }

    void request(IrqRequest request) {
        TestLines.request(line, request, w.cpu(0));
    }

    /** Moves the line as user space does. By the thread that is CPU 0. */
    void move(int cpu) {
        var to = CpuMask.of(cpu);
        assertEquals(IrqResult.OK, w.m.machine().irqs().setAffinity(line, to, w.cpu(0)));
    }

    void start() {
        w.start();
    }

    void inInterrupt(int cpu, Consumer<KernelCpu> work) {
        w.m.inInterrupt(cpu, work);
    }

    /** As {@link WiredMachine#settle}. */
    void settle() {
        w.settle();
    }

    /** Waits for {@code count} runs, and for the end of those that were latched. */
    void awaitRuns(int count) {
        gate.awaitRuns(count);
        w.settle();
    }

    int runs() {
        return gate.runs();
    }

    int input() {
        return (int) line.binding().hwirq();
    }

    @Override
    public void close() {
        w.close();
    }
}
