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
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A table entry is written while its vector is masked: once it is open, fires send what it says.
 */
public class EntryPublishStress {
    private static final MsiMessage OLD = new MsiMessage(4, 1);
    private static final MsiMessage NEW = new MsiMessage(8, 2);

    /** Holds the data of the message sent last. */
    private static final class LastData implements MessageSink {
        private volatile int data;

        @Override
        public FireOutcome message(long address, int sent) {
            data = sent;
            return FireOutcome.LATCHED;
        }
    }

    private static MsixTable maskedTable(LastData last) {
        var table = new MsixTable(1, last);
        table.program(0, OLD);
        table.writeControl(MsixTable.CONTROL_ENABLE);
        table.unmask(0);
        table.mask(0);
        return table;
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Fired to the new target.")
    @Outcome(id = "1", expect = FORBIDDEN, desc = "Fired to the old target through an open mask.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "No message was sent.")
    @State
    public static class FireAsItOpens {
        private final LastData last = new LastData();
        private final MsixTable table = maskedTable(last);

        @Actor
        public void device() {
            table.fire(0);
        }

        @Actor
        public void driver() {
            table.program(0, NEW);
            table.unmask(0);
        }

        @Arbiter
        public void sent(I_Result r) {
            r.r1 = last.data;
        }
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "The table and the fires agree.")
    @Outcome(id = "1", expect = FORBIDDEN, desc = "The new entry was never published.")
    @State
    public static class WriteAsItOpens {
        private final LastData last = new LastData();
        private final MsixTable table = maskedTable(last);

        @Actor
        public void writer() {
            table.program(0, NEW);
        }

        @Actor
        public void opener() {
            table.unmask(0);
        }

        @Arbiter
        public void sent(I_Result r) {
            table.fire(0);
            r.r1 = last.data;
        }
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Fired to the new target.")
    @Outcome(
            id = "1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Fired to the old target: the vector was open before the entry was published.")
    @State
    public static class BrokenPublishAfterOpening {
        private volatile boolean masked = true;
        private volatile int sent = OLD.data();
        private int fired;

        @Actor
        public void device() {
            // A fire into the mask is sent by the driver when it unmasks.
            fired = masked ? NEW.data() : sent;
        }

        @Actor
        public void driver() {
            masked = false;
            sent = NEW.data();
        }

        @Arbiter
        public void sent(I_Result r) {
            r.r1 = fired;
        }
    }

    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "The table and the fires agree.")
    @Outcome(
            id = "1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the writer saw it closed, the opener had looked at the entry already.")
    @State
    public static class BrokenPublishBeforeOpeningOnly {
        private volatile boolean masked = true;
        private volatile int written = OLD.data();
        private volatile int sent = OLD.data();

        @Actor
        public void writer() {
            written = NEW.data();
            if (!masked) {
                sent = written;
            }
        }

        @Actor
        public void opener() {
            sent = written;
            masked = false;
        }

        @Arbiter
        public void sent(I_Result r) {
            r.r1 = sent;
        }
    }
}
