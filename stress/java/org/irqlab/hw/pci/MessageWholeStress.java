package org.irqlab.hw.pci;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.MessageSink;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** I-15: a driver moves a vector to another target while the device fires. */
public class MessageWholeStress {
    private static final MsiMessage OLD = new MsiMessage(4, 1);
    private static final MsiMessage NEW = new MsiMessage(8, 2);

    /** Holds the message sent, if any; one message per test. */
    private static final class LastMessage implements MessageSink {
        private long address;
        private int data;

        @Override
        public FireOutcome message(long address, int data) {
            this.address = address;
            this.data = data;
            return FireOutcome.LATCHED;
        }

        void report(JI_Result r) {
            r.r1 = address;
            r.r2 = data;
        }
    }

    @JCStressTest
    @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "Fired to the old target.")
    @Outcome(id = "8, 2", expect = ACCEPTABLE, desc = "Fired to the new target.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "No message was sent.")
    @Outcome(expect = FORBIDDEN, desc = "Torn: a message that no driver ever wrote.")
    @State
    public static class MoveAsLinuxDoes {
        private final LastMessage last = new LastMessage();
        private final MsixTable table = new MsixTable(1, last);

        public MoveAsLinuxDoes() {
            table.program(0, OLD);
            table.unmask(0);
            table.writeControl(MsixTable.CONTROL_ENABLE);
        }

        @Actor
        public void device() {
            table.fire(0);
        }

        @Actor
        public void driver() {
            var registers = new MsixRegisters(table);
            registers.writeTable(MsixRegisters.VECTOR_CONTROL, 1);
            registers.writeTable(MsixRegisters.ADDRESS_LOW, NEW.addressLow());
            registers.writeTable(MsixRegisters.DATA, NEW.data());
            registers.writeTable(MsixRegisters.VECTOR_CONTROL, 0);
        }

        @Arbiter
        public void sent(JI_Result r) {
            last.report(r);
        }
    }

    @JCStressTest
    @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "Fired to the old target.")
    @Outcome(id = "8, 2", expect = ACCEPTABLE, desc = "Fired to the new target.")
    @Outcome(
            id = "8, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Torn: the driver wrote the open entry word by word.")
    @Outcome(expect = FORBIDDEN, desc = "Nothing, or a mix that was never in the table.")
    @State
    public static class BrokenMoveWithoutMask {
        private final LastMessage last = new LastMessage();
        private final MsixTable table = new MsixTable(1, last);

        public BrokenMoveWithoutMask() {
            table.program(0, OLD);
            table.unmask(0);
            table.writeControl(MsixTable.CONTROL_ENABLE);
        }

        @Actor
        public void device() {
            table.fire(0);
        }

        @Actor
        public void driver() {
            var registers = new MsixRegisters(table);
            registers.writeTable(MsixRegisters.ADDRESS_LOW, NEW.addressLow());
            registers.writeTable(MsixRegisters.DATA, NEW.data());
        }

        @Arbiter
        public void sent(JI_Result r) {
            last.report(r);
        }
    }

    @JCStressTest
    @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "Fired to the old target.")
    @Outcome(id = "8, 2", expect = ACCEPTABLE, desc = "Fired to the new target.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Fired into the mask.")
    @Outcome(
            id = "8, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Torn: passed the open mask, then read the entry that the driver was writing.")
    @Outcome(expect = FORBIDDEN, desc = "A mix that was never in the table.")
    @State
    public static class BrokenSendFromEntry {
        private volatile boolean masked;
        private volatile MsiMessage entry = OLD;
        private volatile int fires;
        private final LastMessage last = new LastMessage();

        @Actor
        public void device() {
            if (!masked) {
                fires = 1;
                MsiMessage message = entry;
                last.message(message.address(), message.data());
            }
        }

        @Actor
        public void driver() {
            masked = true;
            entry = entry.withAddressLow(NEW.addressLow());
            entry = entry.withData(NEW.data());
            masked = false;
        }

        @Arbiter
        public void sent(JI_Result r) {
            last.report(r);
        }
    }
}
