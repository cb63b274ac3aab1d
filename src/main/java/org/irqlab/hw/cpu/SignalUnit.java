package org.irqlab.hw.cpu;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.ExternalController;
import org.irqlab.hw.intc.ProcessorSignals;

/**
 * What one CPU does about INIT, start-up and external interrupts, at its poll points.
 *
 * <p>INIT resets the CPU: interrupt flag off, NMIs forgotten, the port as after power-on, out of
 * shutdown. Then it does nothing, not even an NMI, until the start-up.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Intel SDM volume 3, Processor Management and Initialization: Processor State After Reset"
 */
public final class SignalUnit {
    /** How long to wait between two looks whether the wait is abandoned. */
    private static final long LOOK_NS = 1_000_000;

    private static final ExternalController NO_CONTROLLER =
            () -> {
                throw new IllegalStateException(
                        "external interrupt without an external controller");
            };

    private final VirtualCpu cpu;
    private final HaltLine haltLine;
    private ProcessorSignals signals = ProcessorSignals.NONE;
    private StartupEntry startup = (page, flag) -> {};
    private ExternalController external = NO_CONTROLLER;

    // Holder only.
    private int restarts;

    // Written by the holder; any thread reads.
    private volatile int inits;

    SignalUnit(VirtualCpu cpu, HaltLine haltLine) {
        this.cpu = cpu;
        this.haltLine = haltLine;
    }

    /** Has the CPU obey INIT, and enter {@code entry} at the start-up. Before the CPU runs. */
    public void connect(StartupEntry entry) {
        startup = entry;
        signals = cpu.port().connectSignals(cpu.nmi()::attend);
    }

    /** Sets whose vector an external interrupt takes. Before the CPU runs. */
    public void connect(ExternalController controller) {
        external = controller;
    }

    /**
     * Takes what there is and may be taken: part of every poll that finds it, and all that a CPU
     * does which is shut down. Returns whether there was anything.
     */
    public boolean take() {
        return cpu.nmi().attention() && serve();
    }

    private boolean serve() {
        // Cleared before the look, which finds whatever was signalled before.
        cpu.nmi().attended();
        boolean any = false;
        if (signals.takeInit()) {
            any = true;
            init();
        }
        if (cpu.irqsEnabled() && signals.takeExternal()) {
            any = true;
            cpu.enter(external.acknowledge());
        }
        if (signals.any()) {
            // Until interrupts are on.
            cpu.nmi().attendLater();
        }
        return any;
    }

    private void init() {
        boolean flag = cpu.irqSave();
        reset();
        int page = signals.takeStartup();
        while (page == ProcessorSignals.NO_STARTUP && !startup.abandoned()) {
            if (signals.takeInit()) {
                reset();
            } else {
                haltLine.awaitNanos(LOOK_NS);
            }
            page = signals.takeStartup();
        }
        cpu.noise().accounted(HostClock.nowNs());
        startup.start(page, flag);
    }

    private void reset() {
        cpu.nmi().reset();
        cpu.port().reset();
        cpu.shutdown().init();
        // Last: who sees the count sees the CPU reset.
        inits = inits + 1;
    }

    /** The start-up does not return to the code that INIT interrupted; interrupts stay off. */
    public void restarted() {
        cpu.irqDisable();
        restarts++;
    }

    int restarts() {
        return restarts;
    }

    /** Returns how often INIT has reset this CPU. Any thread. */
    public int inits() {
        return inits;
    }
}
