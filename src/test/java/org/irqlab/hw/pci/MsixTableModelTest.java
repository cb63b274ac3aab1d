package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random operations: the table and its sequential model agree after every one. */
@Timeout(60)
class MsixTableModelTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 512;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 70})
    void agreesWithItsModel(int vectors) {
        long released = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var run = new Run(vectors, new Random(seed * 1000L + vectors));
            for (int n = 0; n < OPERATIONS; n++) {
                run.step();
                run.compare("seed " + seed + " operation " + n);
            }
            released += run.table.released();
        }
        assertTrue(released > SEEDS, "released only " + released);
    }

    private static final class Run {
        private final List<MsiMessage> sent = new ArrayList<>();
        private final MsixTable table;
        private final MsixRegisters registers;
        private final MsixTableModel model;
        private final Random random;

        Run(int vectors, Random random) {
            table =
                    new MsixTable(
                            vectors,
                            (address, data) -> {
                                sent.add(new MsiMessage(address, data));
                                return FireOutcome.LATCHED;
                            });
            registers = new MsixRegisters(table);
            model = new MsixTableModel(vectors);
            this.random = random;
        }

        void step() {
            int vector = random.nextInt(table.vectors());
            switch (random.nextInt(16)) {
                case 0, 1 -> {
                    table.mask(vector);
                    model.mask(vector);
                }
                case 2, 3, 4 -> {
                    table.unmask(vector);
                    model.unmask(vector);
                }
                case 5 -> control(random.nextInt() & 0xffff);
                case 6 -> control(MsixTable.CONTROL_ENABLE);
                case 7 -> {
                    var message = new MsiMessage(random.nextLong() & ~3L, random.nextInt());
                    table.program(vector, message);
                    model.messages[vector] = message;
                }
                case 8, 9 -> writeRegister(vector);
                default -> assertEquals(model.fire(vector), table.fire(vector));
            }
        }

        private void control(int value) {
            table.writeControl(value);
            model.control(value);
        }

        private void writeRegister(int vector) {
            int value = random.nextInt();
            int word = random.nextInt(4) * Integer.BYTES;
            registers.writeTable(vector * MsixRegisters.ENTRY_BYTES + word, value);
            MsiMessage old = model.messages[vector];
            long low = old.address() & 0xffff_ffffL;
            switch (word) {
                case 0 ->
                        model.messages[vector] =
                                new MsiMessage(
                                        old.address() - low + (value & 0xffff_fffcL), old.data());
                case 4 ->
                        model.messages[vector] =
                                new MsiMessage(((long) value << 32) + low, old.data());
                case 8 -> model.messages[vector] = new MsiMessage(old.address(), value);
                default -> {
                    if ((value & 1) != 0) {
                        model.mask(vector);
                    } else {
                        model.unmask(vector);
                    }
                }
            }
        }

        void compare(String when) {
            assertEquals(model.sent, sent, when);
            assertEquals(model.released, table.released(), when);
            int expected =
                    (model.enabled ? 0x8000 : 0)
                            | (model.functionMask ? 0x4000 : 0)
                            | (table.vectors() - 1);
            assertEquals(expected, table.control(), when);
            for (int vector = 0; vector < table.vectors(); vector++) {
                int entry = vector * MsixRegisters.ENTRY_BYTES;
                assertEquals(model.messages[vector], table.message(vector), when);
                assertEquals(
                        model.messages[vector].address(),
                        ((long) registers.readTable(entry + 4) << 32)
                                | (registers.readTable(entry) & 0xffff_ffffL),
                        when);
                assertEquals(model.messages[vector].data(), registers.readTable(entry + 8), when);
                assertEquals(model.masked[vector] ? 1 : 0, registers.readTable(entry + 12), when);
                int pending = registers.readPending(vector / 32 * 4) >>> (vector % 32) & 1;
                assertEquals(model.pending[vector] ? 1 : 0, pending, when);
            }
        }
    }
}
