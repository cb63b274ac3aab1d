package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.apic.pin.PinModel;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random operations: the I/O APIC and its sequential model agree after every one. */
@Timeout(60)
class IoApicModelTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 512;
    private static final int PINS = 3;
    private static final int VECTORS = 4;

    private final List<Long> sent = new ArrayList<>();
    private final List<Long> expected = new ArrayList<>();
    private final Map<FireOutcome, Integer> outcomes = new EnumMap<>(FireOutcome.class);
    private long nowNs;

    /** What a bus would answer: some vectors are in the request register already. */
    private static FireOutcome answer(int vector) {
        return vector % 2 == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    private FireOutcome take(int pin, long entry) {
        sent.add((long) pin << 32 | entry & 0xffff | entry >>> 56 << 40);
        return answer((int) entry & 0xff);
    }

    private FireOutcome expect(int pin, PinModel model) {
        int bits = model.low() & 0xffff & (model.isLevel() ? -1 : ~(1 << 15));
        expected.add((long) pin << 32 | bits | (long) model.destination << 40);
        return answer(model.vector);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void agreesWithItsModel(int resendLimit) {
        var damping = new StormDamping(resendLimit, 100, () -> nowNs);
        long heldSent = 0;
        long withdrawn = 0;
        long damped = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var chip = new IoApic(this::take, damping, new GuestErrorCounts());
            var models = new PinModel[PINS];
            for (int pin = 0; pin < PINS; pin++) {
                int number = pin;
                models[pin] = new PinModel(model -> expect(number, model), resendLimit);
            }
            var random = new Random(seed);
            for (int n = 0; n < OPERATIONS; n++) {
                String operation = step(random, chip, models);
                compare(chip, models, "seed " + seed + " operation " + n + " " + operation);
            }
            heldSent += chip.counts().heldSent();
            withdrawn += chip.counts().withdrawn();
            damped += chip.counts().damped();
        }
        assertTrue(heldSent > 100 && withdrawn > 100, heldSent + " " + withdrawn);
        assertEquals(resendLimit != 0, damped > 0);
        for (FireOutcome outcome : FireOutcome.values()) {
            boolean dropped = outcome.name().startsWith("DROPPED");
            assertEquals(!dropped, outcomes.getOrDefault(outcome, 0) > 100, outcome.name());
        }
    }

    private String step(Random random, IoApic chip, PinModel[] models) {
        int pin = random.nextInt(PINS);
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> {
                boolean high = random.nextInt(3) != 0;
                FireOutcome outcome = chip.drive(pin, high);
                assertEquals(models[pin].drive(high), outcome);
                outcomes.merge(outcome, 1, Integer::sum);
                yield "drive " + pin + " " + high;
            }
            case 5, 6 -> writeLow(random, chip, models[pin], pin);
            case 7 -> {
                int value = random.nextInt();
                models[pin].writeHigh(value);
                write(chip, IoApic.REDIRECTION + 2 * pin + 1, value);
                yield "destination";
            }
            case 8, 9, 10 -> {
                int vector = 0x40 + random.nextInt(VECTORS);
                Arrays.stream(models).forEach(model -> model.ended(vector));
                if (random.nextBoolean()) {
                    chip.ended(vector);
                } else {
                    chip.write(0, IoApic.DIRECTED_EOI, 4, vector);
                }
                yield "end " + vector;
            }
            default -> {
                nowNs += 100;
                Arrays.stream(models).forEach(PinModel::dampingOver);
                chip.service(nowNs);
                yield "service";
            }
        };
    }

    private static String writeLow(Random random, IoApic chip, PinModel model, int pin) {
        int value = model.low();
        switch (random.nextInt(4)) {
            case 0 -> value ^= 1 << 16;
            case 1 -> value ^= 1 << 15;
            default -> {
                int mode = random.nextInt(8) == 0 ? 4 : random.nextInt(2);
                value = random.nextInt() & 0xffff_f800 | mode << 8;
                value |= 0x40 + random.nextInt(VECTORS);
                value &= random.nextInt(4) == 0 ? -1 : ~(1 << 13 | 1 << 16);
            }
        }
        // Delivery status and remote IRR are read-only: whatever is written there.
        value ^= random.nextInt() & (1 << 12 | 1 << 14);
        model.writeLow(value);
        write(chip, IoApic.REDIRECTION + 2 * pin, value);
        return "entry " + pin + " " + Integer.toHexString(value);
    }

    private static void write(IoApic chip, int index, int value) {
        chip.write(0, IoApic.INDEX, 4, index);
        chip.write(0, IoApic.WINDOW, 4, value);
    }

    private void compare(IoApic chip, PinModel[] models, String when) {
        assertEquals(expected, sent, when);
        sent.clear();
        expected.clear();
        int held = 0;
        long heldSent = 0;
        long withdrawn = 0;
        long damped = 0;
        for (int pin = 0; pin < PINS; pin++) {
            assertEquals(models[pin].entry(), chip.entry(pin), when);
            assertEquals(models[pin].active(), chip.lineActive(pin), when);
            held += models[pin].held ? 1 : 0;
            heldSent += models[pin].heldSent;
            withdrawn += models[pin].withdrawn;
            damped += models[pin].damped;
        }
        assertEquals(held, chip.counts().held(), when);
        assertEquals(heldSent, chip.counts().heldSent(), when);
        assertEquals(withdrawn, chip.counts().withdrawn(), when);
        assertEquals(damped, chip.counts().damped(), when);
        for (FireOutcome outcome : FireOutcome.values()) {
            long later = 0;
            for (PinModel model : models) {
                later += model.later.getOrDefault(outcome, 0);
            }
            assertEquals(later, chip.sentLater(outcome), when);
        }
        boolean waits = Arrays.stream(models).anyMatch(model -> model.waits);
        assertEquals(waits, chip.nextDueNs() != Long.MAX_VALUE, when);
    }
}
