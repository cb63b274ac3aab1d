package org.irqlab.kernel.irq.line;

/** The rules of the flows, as a manual would list them: no lock, no threads, one line. */
final class NaiveLine {
    private final FlowHandler flow;
    private final LineHardware hw;
    private final boolean level;
    private final boolean remembersWhileRunning;
    private final boolean eoiIfHandled;
    private final Runnable handler;
    private int disables;
    private boolean masked;
    private boolean running;
    private boolean pending;
    private boolean replay;
    private boolean queued;
    private long runs;
    private long remembered;
    private long merged;
    private long refused;
    private long unbalanced;
    private long resent;

    NaiveLine(FlowHandler flow, LineHardware hw, boolean level, Runnable handler) {
        this.flow = flow;
        this.hw = hw;
        this.level = level;
        this.handler = handler;
        remembersWhileRunning = hw.flags().contains(IrqChipFlag.RESEND_WHEN_IN_PROGRESS);
        eoiIfHandled = hw.flags().contains(IrqChipFlag.EOI_IF_HANDLED);
        hw.unmask();
    }

    private void mask() {
        if (!masked) {
            hw.mask();
        }
        masked = true;
    }

    private void unmask() {
        if (masked) {
            hw.unmask();
        }
        masked = false;
    }

    private void remember() {
        remembered += pending ? 0 : 1;
        merged += pending ? 1 : 0;
        pending = true;
    }

    void interrupt() {
        if (flow == FlowHandler.EDGE) {
            edge();
        } else if (flow == FlowHandler.EDGE_EOI) {
            edgeEoi();
        } else if (flow == FlowHandler.LEVEL) {
            levelFlow();
        } else if (flow == FlowHandler.FAST_EOI) {
            fastEoi();
        } else {
            simple();
        }
    }

    private void edge() {
        replay = false;
        if (running || disables > 0) {
            remember();
            mask();
            hw.acknowledge();
            return;
        }
        hw.acknowledge();
        do {
            if (pending) {
                unmask();
            }
            runHandler();
        } while (pending && disables == 0);
    }

    private void edgeEoi() {
        replay = false;
        if (running || disables > 0) {
            remember();
        } else {
            do {
                runHandler();
            } while (pending && disables == 0);
        }
        hw.end();
    }

    private void levelFlow() {
        mask();
        hw.acknowledge();
        if (running) {
            refused++;
            return;
        }
        replay = false;
        if (disables > 0) {
            remember();
            return;
        }
        runHandler();
        if (disables == 0) {
            unmask();
        }
    }

    private void fastEoi() {
        if (running) {
            if (remembersWhileRunning) {
                remember();
            } else {
                refused++;
            }
            endUnhandled();
            return;
        }
        replay = false;
        if (disables > 0) {
            remember();
            mask();
            endUnhandled();
            return;
        }
        runHandler();
        hw.end();
        if (pending) {
            resend();
        }
    }

    private void endUnhandled() {
        if (!eoiIfHandled) {
            hw.end();
        }
    }

    private void simple() {
        if (running) {
            refused++;
            return;
        }
        replay = false;
        if (disables > 0) {
            remember();
            return;
        }
        runHandler();
    }

    private void runHandler() {
        pending = false;
        running = true;
        handler.run();
        running = false;
        runs++;
    }

    private void resend() {
        if (level) {
            pending = false;
        } else if (!replay && pending) {
            pending = false;
            replay = true;
            resent++;
            queued |= !hw.retrigger();
        }
    }

    /** The resend tasklet. */
    void runQueued() {
        while (queued) {
            queued = false;
            interrupt();
        }
    }

    void disable() {
        disables++;
    }

    void enable() {
        if (disables == 0) {
            unbalanced++;
        } else if (--disables == 0) {
            unmask();
            resend();
        }
    }

    @Override
    public String toString() {
        return "runs=%d remembered=%d merged=%d refused=%d resent=%d unbalanced=%d pending=%s %s"
                .formatted(runs, remembered, merged, refused, resent, unbalanced, pending, hw);
    }
}
