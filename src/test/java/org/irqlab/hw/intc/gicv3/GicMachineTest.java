package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.InterruptControllerContract;
import org.irqlab.hw.intc.MessageTranslator;
import org.irqlab.hw.intc.TranslatedEvent;
import org.irqlab.hw.intc.gicv3.its.ItsCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The whole controller, and the driver of its translation service against the real one. */
@Timeout(30)
class GicMachineTest implements InterruptControllerContract {
    private static final int DEVICE = 0x18;
    private static final int CPU = 0;
    private static final TranslatedEvent EVENT = new TranslatedEvent(DEVICE, 3, 8200);

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final GicMachine machine =
            GicMachine.asLinuxLeavesIt(
                    List.of(new CountingKick(), new CountingKick()), GicSettings.DEFAULT, errors);
    private final MessageTranslator driver = machine.translator().orElseThrow();

    @Override
    public InterruptController machine(List<CountingKick> kicks) {
        return GicMachine.asLinuxLeavesIt(kicks);
    }

    private FireOutcome fire(TranslatedEvent event) {
        return machine.requester(event.deviceId())
                .message(driver.messageAddress(), event.eventId());
    }

    /** Takes and ends what a CPU is given. */
    private int take(int cpu) {
        int intid = machine.port(cpu).acknowledge();
        if (intid != CpuInterruptPort.NONE) {
            machine.port(cpu).endOfInterrupt();
        }
        return intid;
    }

    private void mapped(int cpu) {
        driver.attach(DEVICE, 5, CPU);
        driver.map(EVENT, cpu, CPU);
        driver.setEnabled(EVENT, true, CPU);
    }

    private void assertNoErrors() {
        for (GuestError error : GuestError.values()) {
            assertEquals(0, errors.of(error), error.name());
        }
    }

    @Test
    void turnsAMessageIntoItsLpiAtTheCpuItIsMappedTo() {
        mapped(1);
        assertSame(FireOutcome.LATCHED, fire(EVENT));
        assertSame(FireOutcome.COALESCED, fire(EVENT));
        assertEquals(CpuInterruptPort.NONE, take(0));
        assertEquals(8200, take(1));
        assertEquals(CpuInterruptPort.NONE, take(1));
        assertNoErrors();
    }

    @Test
    void tellsDevicesApartByTheirRequesterIds() {
        mapped(0);
        var other = new TranslatedEvent(DEVICE + 1, EVENT.eventId(), 8300);
        assertSame(FireOutcome.DROPPED_NO_TARGET, fire(other));
        driver.attach(other.deviceId(), 4, CPU);
        driver.map(other, 1, CPU);
        driver.setEnabled(other, true, CPU);
        fire(EVENT);
        fire(other);
        assertEquals(8200, take(0));
        assertEquals(8300, take(1));
    }

    @Test
    void takesWhatIsPendingAlongWhenItMoves() {
        mapped(0);
        fire(EVENT);
        driver.move(EVENT, 1, CPU);
        assertEquals(CpuInterruptPort.NONE, take(0));
        assertEquals(8200, take(1));
        assertSame(FireOutcome.LATCHED, fire(EVENT));
        assertEquals(8200, take(1));
        assertNoErrors();
    }

    @Test
    void startsDisabledAndKeepsPendingWhatComesUntilItIsEnabled() {
        driver.attach(DEVICE, 4, CPU);
        driver.map(EVENT, 0, CPU);
        assertSame(FireOutcome.PENDED_MASKED, fire(EVENT));
        assertEquals(CpuInterruptPort.NONE, take(0));
        driver.setEnabled(EVENT, true, CPU);
        assertEquals(8200, take(0));
        driver.setEnabled(EVENT, false, CPU);
        assertSame(FireOutcome.PENDED_MASKED, fire(EVENT));
        assertSame(FireOutcome.COALESCED_MASKED, fire(EVENT));
        assertEquals(CpuInterruptPort.NONE, take(0));
        driver.setEnabled(EVENT, true, CPU);
        assertEquals(8200, take(0));
    }

    @Test
    void staysDisabledOnACpuThatLastSawItEnabled() {
        mapped(0);
        driver.move(EVENT, 1, CPU);
        driver.setEnabled(EVENT, false, CPU);
        driver.move(EVENT, 0, CPU);
        assertSame(FireOutcome.PENDED_MASKED, fire(EVENT));
        assertEquals(CpuInterruptPort.NONE, take(0));
        driver.setEnabled(EVENT, true, CPU);
        assertEquals(8200, take(0));
    }

    @Test
    void staysEnabledOnACpuThatLastSawItDisabled() {
        driver.attach(DEVICE, 4, CPU);
        driver.map(EVENT, 0, CPU);
        driver.move(EVENT, 1, CPU);
        driver.setEnabled(EVENT, true, CPU);
        driver.unmap(EVENT, CPU);
        driver.map(EVENT, 0, CPU);
        assertSame(FireOutcome.LATCHED, fire(EVENT));
        assertEquals(8200, take(0));
    }

    @Test
    void dropsMessagesOfAnUnmappedEventAndWhatWasPending() {
        mapped(0);
        fire(EVENT);
        driver.unmap(EVENT, CPU);
        assertEquals(CpuInterruptPort.NONE, take(0));
        assertEquals(1, machine.its().cleared());
        assertSame(FireOutcome.DROPPED_NO_TARGET, fire(EVENT));
        driver.map(EVENT, 1, CPU);
        assertSame(FireOutcome.LATCHED, fire(EVENT));
        assertEquals(8200, take(1));
    }

    @Test
    void retriggersWhereTheInterruptIsNow() {
        mapped(0);
        driver.move(EVENT, 1, CPU);
        driver.retrigger(EVENT, CPU);
        assertEquals(8200, take(1));
        assertEquals(1, machine.its().interrupts().of(FireOutcome.LATCHED));
    }

    @Test
    void goesRoundTheCommandQueue() {
        mapped(0);
        int commands = ItsDriver.QUEUE_BYTES / ItsCommand.BYTES;
        for (int n = 0; n < commands; n++) {
            driver.move(EVENT, 1 - n % 2, CPU);
            fire(EVENT);
            assertEquals(8200, take(1 - n % 2), "after " + n);
        }
        assertNoErrors();
    }

    @Test
    void refusesDevicesThatItCannotTell() {
        driver.attach(DEVICE, 1, CPU);
        assertThrows(IllegalArgumentException.class, () -> driver.attach(DEVICE, 1, CPU));
        assertThrows(IllegalArgumentException.class, () -> driver.attach(0x1_0000, 1, CPU));
        assertThrows(IllegalArgumentException.class, () -> driver.attach(1, 0, CPU));
        assertThrows(IllegalArgumentException.class, () -> driver.attach(1, 0x1_0001, CPU));
        var none = new GicSettings(32, 0, 5, 16, 0x0800_0000L);
        assertThrows(
                IllegalArgumentException.class,
                () -> GicMachine.asLinuxLeavesIt(List.of(new CountingKick()), none, errors));
    }

    @Test
    void losesNothingWhileItMovesUnderFire() throws InterruptedException {
        mapped(0);
        int fires = 100_000;
        int[] written = new int[1];
        var counts = new FireCounts();
        var over = new AtomicBoolean();
        var device =
                new Thread(() -> {
                    for (int n = 1; n <= fires; n++) {
                        written[0] = n;
                        counts.count(fire(EVENT));
                    }
                    over.set(true);
                });
        device.start();
        long taken = 0;
        int seen = 0;
        boolean last = false;
        for (int cpu = 1; !last; cpu = 1 - cpu) {
            last = over.get();
            driver.move(EVENT, cpu, CPU);
            for (int id = 0; id < 2; id++) {
                while (take(id) == EVENT.interrupt()) {
                    taken++;
                    seen = Math.max(seen, written[0]);
                }
            }
        }
        device.join();
        assertEquals(fires, seen, "the last message reached a CPU");
        assertEquals(fires, counts.of(FireOutcome.LATCHED) + counts.of(FireOutcome.COALESCED));
        FireCounts moves = machine.its().moves();
        assertEquals(
                counts.of(FireOutcome.LATCHED) + moves.of(FireOutcome.LATCHED),
                taken + moves.fired());
        long ended =
                Arrays.stream(new int[] {0, 1})
                        .mapToLong(cpu -> machine.port(cpu).counts().ended())
                        .sum();
        assertEquals(taken, ended);
        assertTrue(taken > 0);
        assertNoErrors();
    }
}
