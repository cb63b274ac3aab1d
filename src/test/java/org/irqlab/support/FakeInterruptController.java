package org.irqlab.support;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.SystemVectors;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/** A controller without priorities: a request word per CPU, highest vector first. */
public final class FakeInterruptController implements InterruptController {
    private static final int VECTORS = 256;

    private final Port[] ports;
    private final HaltLine[] haltLines;

    public FakeInterruptController(int cpus) {
        ports = new Port[cpus];
        haltLines = new HaltLine[cpus];
        for (int i = 0; i < cpus; i++) {
            haltLines[i] = new HaltLine();
            ports[i] = new Port(haltLines[i]);
        }
    }

    public HaltLine haltLine(int cpu) {
        return haltLines[cpu];
    }

    @Override
    public int cpus() {
        return ports.length;
    }

    @Override
    public CpuInterruptPort port(int cpu) {
        return ports[cpu];
    }

    @Override
    public FireOutcome sendIpi(int cpu, int vector) {
        return ports[cpu].accept(vector);
    }

    @Override
    public SystemVectors vectors() {
        return Vectors.X86;
    }

    @Override
    public long messageAddress(int cpu, int vector) {
        return cpu;
    }

    @Override
    public int messageData(int cpu, int vector) {
        return vector;
    }

    @Override
    public FireOutcome message(long address, int data) {
        return ports[(int) address].accept(data);
    }

    private static final class Port implements CpuInterruptPort {
        private final AtomicLongArray requests = new AtomicLongArray(VECTORS / Long.SIZE);
        private final AtomicBoolean halted = new AtomicBoolean();
        private final HaltLine line;
        private int inService;

        Port(HaltLine line) {
            this.line = line;
        }

        @Override
        public boolean requested() {
            for (int i = 0; i < requests.length(); i++) {
                if (requests.getOpaque(i) != 0) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean deliverable() {
            return requested();
        }

        @Override
        public int acknowledge() {
            for (int i = requests.length() - 1; i >= 0; i--) {
                long word = requests.get(i);
                if (word != 0) {
                    int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(word);
                    requests.getAndUpdate(i, w -> w & ~(1L << bit));
                    inService++;
                    return i * Long.SIZE + bit;
                }
            }
            return NONE;
        }

        @Override
        public int spuriousVector() {
            return VECTORS - 1;
        }

        @Override
        public void endOfInterrupt() {
            inService--;
        }

        @Override
        public boolean inService() {
            return inService > 0;
        }

        @Override
        public FireOutcome accept(int vector) {
            long bit = 1L << vector;
            long before = requests.getAndUpdate(vector / Long.SIZE, w -> w | bit);
            if (halted.compareAndSet(true, false)) {
                line.kick();
            }
            return (before & bit) == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED;
        }

        @Override
        public FireOutcome timerExpired() {
            return accept(Vectors.X86.localTimer());
        }

        @Override
        public boolean tryHalt() {
            halted.set(true);
            if (requested()) {
                halted.set(false);
                return false;
            }
            return true;
        }

        @Override
        public void resumed() {
            halted.set(false);
        }
    }

    private enum Vectors implements SystemVectors {
        X86;

        @Override
        public int localTimer() {
            return 0xec;
        }

        @Override
        public int reschedule() {
            return 0xfd;
        }

        @Override
        public int callFunction() {
            return 0xfc;
        }

        @Override
        public int callFunctionSingle() {
            return 0xfb;
        }

        @Override
        public int irqWork() {
            return 0xf6;
        }

        @Override
        public int firstDevice() {
            return 0x20;
        }

        @Override
        public int lastDevice() {
            return 0xeb;
        }

        @Override
        public boolean allocatable(int vector) {
            return vector >= firstDevice() && vector <= lastDevice();
        }
    }
}
