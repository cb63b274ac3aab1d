package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

/**
 * Random fires and register accesses: a function and its sequential model agree after every one.
 */
@Timeout(60)
class PciFunctionModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 512;
    private static final int[] SIZES = {1, 2, 4};

    @ParameterizedTest
    @CsvSource({
        "1, 0, true, true",
        "3, 2, true, true",
        "3, 3, false, true",
        "5, 5, false, true",
        "70, 5, true, true",
        "3, 4, true, false",
        "3, 1, false, false"
    })
    void agreesWithItsModel(int msixVectors, int capableLog, boolean wide, boolean maskable) {
        long msixReleased = 0;
        long msiReleased = 0;
        long levels = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var run = new Run(msixVectors, capableLog, wide, maskable, new Random(seed));
            for (int n = 0; n < OPERATIONS; n++) {
                run.step();
                run.compare("seed " + seed + " operation " + n);
            }
            msixReleased += run.function.msix.released();
            msiReleased += run.function.msi.released();
            levels += run.model.levels.size();
        }
        assertTrue(msixReleased > SEEDS, "MSI-X released only " + msixReleased);
        assertTrue(maskable ? msiReleased > SEEDS : msiReleased == 0, "MSI " + msiReleased);
        assertTrue(levels > SEEDS, "the pin moved only " + levels + " times");
    }

    private static final class Run {
        private final TestFunction function;
        private final PciFunctionModel model;
        private final Random random;

        Run(int msixVectors, int capableLog, boolean wide, boolean maskable, Random random) {
            function =
                    new TestFunction(
                            msixVectors,
                            1 << capableLog,
                            wide ? MsiCapability.Address.BITS_64 : MsiCapability.Address.BITS_32,
                            maskable
                                    ? MsiCapability.Masking.PER_VECTOR
                                    : MsiCapability.Masking.NONE);
            model = new PciFunctionModel(msixVectors, capableLog, wide, maskable);
            this.random = random;
        }

        void step() {
            switch (random.nextInt(20)) {
                case 0 -> write(0x04, 2, random.nextInt(8) == 0 ? 0x400 : 6);
                case 1 -> write(function.msixControlAt(), 2, random.nextInt(4) << 14);
                case 2 -> write(function.msiAt() + 2, 2, random.nextInt(8) << 4 | 1);
                case 3 -> write(function.msiAt() + 2, 2, random.nextInt());
                case 4 -> write(function.msixControlAt() + 1, 1, 0);
                case 5, 6 -> write(random.nextInt(0x78), SIZES[random.nextInt(3)], sparse());
                case 7, 8 -> write(function.msiAt() + 4 + random.nextInt(5) * 4, 4, sparse());
                case 9 -> read();
                case 10 -> {
                    function.intx.lower();
                    model.lower();
                }
                case 11, 12, 13 -> entry();
                default -> {
                    int number = random.nextInt(function.msix.vectors());
                    assertEquals(model.fire(number), function.interrupts.fire(number));
                }
            }
        }

        /** A number with few bits set more often than not. */
        private int sparse() {
            int bits = random.nextInt();
            return random.nextBoolean() ? bits : bits & random.nextInt() & random.nextInt();
        }

        private void write(int offset, int bytes, int value) {
            function.write(offset, bytes, value);
            model.write(offset, bytes, value);
        }

        private void read() {
            int bytes = SIZES[random.nextInt(3)];
            int offset = random.nextInt(0x100);
            assertEquals(model.read(offset, bytes), function.read(offset, bytes));
        }

        private void entry() {
            int vector = random.nextInt(function.msix.vectors());
            int value = random.nextInt();
            MsiMessage old = model.msix.messages[vector];
            switch (random.nextInt(4)) {
                case 0 -> {
                    function.entry(vector, MsixRegisters.DATA, value);
                    model.msix.messages[vector] = new MsiMessage(old.address(), value);
                }
                case 1 -> {
                    long address = random.nextLong();
                    function.bar.write(0, vector * 16L, 8, address);
                    model.msix.messages[vector] = new MsiMessage(address & ~3L, old.data());
                }
                case 2 -> {
                    function.entry(vector, MsixRegisters.VECTOR_CONTROL, 1);
                    model.msix.mask(vector);
                }
                default -> {
                    function.entry(vector, MsixRegisters.VECTOR_CONTROL, 0);
                    model.msix.unmask(vector);
                }
            }
        }

        void compare(String when) {
            assertEquals(model.sent, function.sent, when);
            assertEquals(model.levels, function.levels, when);
            for (int offset = 0; offset < 0x80; offset += 4) {
                assertEquals(model.word(offset), function.read(offset, 4), when + " at " + offset);
            }
            for (int vector = 0; vector < function.msix.vectors(); vector++) {
                assertEquals(model.msix.messages[vector], function.msix.message(vector), when);
                assertEquals(model.msix.masked[vector], function.msix.masked(vector), when);
                assertEquals(model.msix.pending[vector], function.msix.pending(vector), when);
            }
            assertEquals(model.msix.released, function.msix.released(), when);
            assertEquals(model.msi.released, function.msi.released(), when);
            assertEquals(
                    model.msix.withoutBusMaster, function.msix.droppedWithoutBusMaster(), when);
            assertEquals(model.msi.withoutBusMaster, function.msi.droppedWithoutBusMaster(), when);
            assertEquals(model.reservedValues, function.errors.of(GuestError.RESERVED_VALUE), when);
            assertEquals(model.badSizes, function.errors.of(GuestError.BAD_ACCESS_SIZE), when);
        }
    }
}
