package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.sched.KernelCpu;

/** The flow handlers, as Linux 6.12 has them. */
final class Flows {
    private Flows() {}

    /** A flow that only one CPU at a time goes through, by the line's lock and INPROGRESS. */
    abstract static sealed class Locked implements FlowHandler
            permits Edge, EdgeEoi, Level, FastEoi, Simple, Nested {
        private final String name;

        Locked(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        @HotPath
        public final void handle(IrqDescriptor line, KernelCpu cpu) {
            line.lock.lock(cpu.id());
            line.counts.entries++;
            flow(line, cpu);
            line.lock.unlock(cpu.id());
        }

        /** With the line's lock, which is dropped while handlers run. */
        abstract void flow(IrqDescriptor line, KernelCpu cpu);
    }

    static final class Edge extends Locked {
        Edge() {
            super("edge");
        }

        @Override
        @HotPath
        void flow(IrqDescriptor line, KernelCpu cpu) {
            line.replay = false;
            if (!line.mayRun(cpu) || line.disabled || line.actions == null) {
                line.remember();
                line.maskAcknowledge(cpu);
                return;
            }
            line.countInterrupt(cpu);
            line.chip.acknowledge(line.binding, cpu);
            boolean again = false;
            do {
                if (line.actions == null) {
                    line.maskLine(cpu);
                    return;
                }
                if (line.pending && !line.disabled) {
                    line.unmaskLine(cpu);
                }
                line.counts.reruns += again ? 1 : 0;
                line.runHandlers(cpu);
                again = true;
            } while (line.pending && !line.disabled);
        }
    }

    static final class EdgeEoi extends Locked {
        EdgeEoi() {
            super("edge-eoi");
        }

        @Override
        void flow(IrqDescriptor line, KernelCpu cpu) {
            line.replay = false;
            if (!line.mayRun(cpu) || line.disabled || line.actions == null) {
                line.remember();
            } else {
                line.countInterrupt(cpu);
                boolean again = false;
                while (line.actions != null && (!again || line.pending && !line.disabled)) {
                    line.counts.reruns += again ? 1 : 0;
                    line.runHandlers(cpu);
                    again = true;
                }
            }
            line.chip.endOfInterrupt(line.binding, cpu);
        }
    }

    static final class Level extends Locked {
        Level() {
            super("level");
        }

        @Override
        void flow(IrqDescriptor line, KernelCpu cpu) {
            line.maskAcknowledge(cpu);
            if (!line.mayRun(cpu)) {
                line.counts.refused++;
                return;
            }
            line.replay = false;
            if (line.actions == null || line.disabled) {
                line.remember();
                return;
            }
            line.countInterrupt(cpu);
            line.runHandlers(cpu);
            if (line.mayUnmask()) {
                line.unmaskLine(cpu);
            }
        }
    }

    static final class FastEoi extends Locked {
        FastEoi() {
            super("fasteoi");
        }

        @Override
        @HotPath
        void flow(IrqDescriptor line, KernelCpu cpu) {
            if (!line.mayRun(cpu)) {
                if (line.resendWhenInProgress) {
                    line.remember();
                } else {
                    line.counts.refused++;
                }
                endUnhandled(line, cpu);
                return;
            }
            line.replay = false;
            if (line.actions == null || line.disabled) {
                line.remember();
                line.maskLine(cpu);
                endUnhandled(line, cpu);
                return;
            }
            line.countInterrupt(cpu);
            if (line.oneshot) {
                line.maskLine(cpu);
            }
            line.runHandlers(cpu);
            end(line, cpu);
            if (line.pending) {
                // An affinity change has brought it to another CPU while this one was busy.
                line.core.resend().check(line, false, cpu);
            }
        }

        private static void endUnhandled(IrqDescriptor line, KernelCpu cpu) {
            if (!line.eoiIfHandled) {
                line.chip.endOfInterrupt(line.binding, cpu);
            }
        }

        /** Ends the interrupt, or leaves that to the last thread where the chip wants it so. */
        private static void end(IrqDescriptor line, KernelCpu cpu) {
            if (!line.oneshot) {
                line.chip.endOfInterrupt(line.binding, cpu);
            } else if (line.mayUnmask()) {
                line.chip.endOfInterrupt(line.binding, cpu);
                line.unmaskLine(cpu);
            } else if (!line.eoiThreaded) {
                line.chip.endOfInterrupt(line.binding, cpu);
            }
        }
    }

    static final class Simple extends Locked {
        Simple() {
            super("simple");
        }

        @Override
        void flow(IrqDescriptor line, KernelCpu cpu) {
            if (!line.mayRun(cpu)) {
                line.counts.refused++;
                return;
            }
            line.replay = false;
            if (line.actions == null || line.disabled) {
                line.remember();
                return;
            }
            line.countInterrupt(cpu);
            line.runHandlers(cpu);
        }
    }

    static final class Nested extends Locked {
        Nested() {
            super("nested");
        }

        /** The parent's thread calls with interrupts on; they are off for the line's lock only. */
        @Override
        void flow(IrqDescriptor line, KernelCpu cpu) {
            line.replay = false;
            if (line.actions == null || line.disabled) {
                line.remember();
                return;
            }
            line.countInterrupt(cpu);
            line.runNested(cpu);
        }
    }

    /** No lock, no state: each CPU has its own line under one number. */
    static final class PerCpu implements FlowHandler {
        @Override
        public String name() {
            return "percpu";
        }

        @Override
        @HotPath
        public void handle(IrqDescriptor line, KernelCpu cpu) {
            line.countInterrupt(cpu);
            line.chip.acknowledge(line.binding, cpu);
            HandlerRun.runAndNote(line, line.actions, cpu);
            line.chip.endOfInterrupt(line.binding, cpu);
        }
    }

    static final class PerCpuDevice implements FlowHandler {
        @Override
        public String name() {
            return "percpu-devid";
        }

        @Override
        @HotPath
        public void handle(IrqDescriptor line, KernelCpu cpu) {
            line.countInterrupt(cpu);
            line.chip.acknowledge(line.binding, cpu);
            IrqAction action = line.actions;
            if (action != null) {
                HandlerRun.runOne(line, action, cpu);
            } else {
                line.disableForCpu(cpu);
                line.core.error(IrqError.SPURIOUS_PERCPU, line, cpu);
            }
            line.chip.endOfInterrupt(line.binding, cpu);
        }
    }
}
