package org.irqlab.hw.pci;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.RegisterBlock;
import org.irqlab.hw.intc.apic.ApicController;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;

import java.util.List;

/** I-16: what a device wrote before it signalled is there when the handler looks. */
public class PostedWriteStress {
    private static final int VECTOR = 0x41;

    /** One word of memory, plain, and a bus that holds writes to it back. */
    private static class Bus {
        long word;
        final DmaWrites writes = new DmaWrites((address, value) -> word = value, 4);
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "No interrupt yet.")
    @Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "The message pushed the data.")
    @Outcome(id = "true, 0", expect = FORBIDDEN, desc = "Stale data behind a message.")
    @State
    public static class Message extends Bus {
        private final ApicController machine = new ApicController(List.of(() -> {}));
        private final MsixTable table = new MsixTable(1, writes.before(machine));

        public Message() {
            table.program(0, new MsiMessage(machine.messageAddress(0, VECTOR), VECTOR));
            table.writeControl(MsixTable.CONTROL_ENABLE);
            table.unmask(0);
        }

        @Actor
        public void device() {
            writes.post(0, 42);
            table.fire(0);
        }

        @Actor
        public void cpu(ZJ_Result r) {
            r.r1 = machine.port(0).acknowledge() != CpuInterruptPort.NONE;
            r.r2 = r.r1 ? word : 0;
        }
    }

    /** A driver of a pin that knows the rule: it reads a register of the device first. */
    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "No interrupt yet.")
    @Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "The answer to the read pushed the data.")
    @Outcome(id = "true, 0", expect = FORBIDDEN, desc = "Stale data behind the answer to a read.")
    @State
    public static class PinAndRead extends Bus {
        private final IntxLine line = new IntxLine(IntxPin.NONE);
        private final RegisterBlock status = writes.before(new Status(line));

        @Actor
        public void device() {
            writes.post(0, 42);
            line.raise();
        }

        @Actor
        public void cpu(ZJ_Result r) {
            r.r1 = status.read(0, 0, 4) != 0;
            r.r2 = r.r1 ? word : 0;
        }
    }

    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "No interrupt yet.")
    @Outcome(
            id = "true, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Stale: the pin overtook the data, and the driver read no register.")
    @State
    public static class BrokenPinAlone extends Bus {
        private final IntxLine line = new IntxLine(IntxPin.NONE);

        @Actor
        public void device() {
            writes.post(0, 42);
            line.raise();
        }

        @Actor
        public void cpu(ZJ_Result r) {
            r.r1 = line.asserted();
            r.r2 = r.r1 ? word : 0;
        }
    }

    /** The read's answer takes the place of a message if the register is read last. */
    @JCStressTest
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "No interrupt yet.")
    @Outcome(id = "true, 42", expect = ACCEPTABLE, desc = "The push came late enough.")
    @Outcome(
            id = "true, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Stale: pushed first, then asked the register.")
    @State
    public static class BrokenPushBeforeRead extends Bus {
        private final IntxLine line = new IntxLine(IntxPin.NONE);

        @Actor
        public void device() {
            writes.post(0, 42);
            line.raise();
        }

        @Actor
        public void cpu(ZJ_Result r) {
            writes.push();
            r.r1 = line.asserted();
            r.r2 = r.r1 ? word : 0;
        }
    }

    /** A register that says whether the device wants service. */
    private record Status(IntxLine line) implements RegisterBlock {
        @Override
        public long size() {
            return Integer.BYTES;
        }

        @Override
        public long read(int cpu, long offset, int bytes) {
            return line.asserted() ? 1 : 0;
        }

        @Override
        public void write(int cpu, long offset, int bytes, long value) {}
    }
}
