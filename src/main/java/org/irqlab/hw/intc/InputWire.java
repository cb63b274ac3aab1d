package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A wire to one input of a controller, which devices pull: active as long as one of them does.
 *
 * <p>Each device has a bit. Who changes a bit drives the input by all of them and then looks again:
 * so the last one to drive the input has driven it to what the bits say.
 *
 * <p><b>Threads.</b> Devices are connected before the machine runs; then each pulls by one thread
 * at a time. <b>Progress.</b> Lock-free: a device drives again only if another has changed its bit
 * meanwhile.
 *
 * <p><b>Memory ordering.</b> As {@link WiredInputs#drive}: the wire itself carries no data.
 */
public final class InputWire {
    private static final VarHandle PULLING;

    static {
        try {
            PULLING = MethodHandles.lookup().findVarHandle(InputWire.class, "pulling", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final WiredInputs inputs;
    private final int input;
    private final InputTrigger trigger;
    private int devices;

    // Any thread, through PULLING.
    private long pulling;

    /**
     * A wire at rest.
     *
     * @param trigger how the devices signal; the input is set up apart
     */
    public InputWire(WiredInputs inputs, int input, InputTrigger trigger) {
        this.inputs = inputs;
        this.input = input;
        this.trigger = trigger;
        inputs.drive(input, trigger.activeLow());
    }

    public InputTrigger trigger() {
        return trigger;
    }

    /** Connects one more device. */
    public Pull connect() {
        if (devices == Long.SIZE) {
            throw new IllegalArgumentException("devices=" + devices + " >= LIMIT=" + Long.SIZE);
        }
        return new Pull(1L << devices++);
    }

    /** Whether a device pulls. */
    public boolean active() {
        return (long) PULLING.getVolatile(this) != 0;
    }

    @HotPath
    private FireOutcome follow() {
        boolean active = active();
        FireOutcome outcome = drive(active);
        // Pairs with the read-modify-write in set(): either that one's drive comes after this one,
        // or this sees its bit.
        while (active() != active) {
            active = !active;
            drive(active);
        }
        return outcome;
    }

    private FireOutcome drive(boolean active) {
        return inputs.drive(input, active != trigger.activeLow());
    }

    /** The end of the wire at one device. */
    public final class Pull {
        private final long bit;

        private Pull(long bit) {
            this.bit = bit;
        }

        /**
         * Pulls the wire, or lets it go.
         *
         * @return as {@link WiredInputs#drive}
         */
        @HotPath
        public FireOutcome set(boolean active) {
            if (active) {
                PULLING.getAndBitwiseOr(InputWire.this, bit);
            } else {
                PULLING.getAndBitwiseAnd(InputWire.this, ~bit);
            }
            return follow();
        }
    }
}
