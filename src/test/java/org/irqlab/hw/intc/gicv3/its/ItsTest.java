package org.irqlab.hw.intc.gicv3.its;

import static org.irqlab.hw.intc.FireOutcome.COALESCED;
import static org.irqlab.hw.intc.FireOutcome.COALESCED_MASKED;
import static org.irqlab.hw.intc.FireOutcome.DROPPED_DISABLED;
import static org.irqlab.hw.intc.FireOutcome.DROPPED_ILLEGAL_VECTOR;
import static org.irqlab.hw.intc.FireOutcome.DROPPED_NO_TARGET;
import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.irqlab.hw.intc.FireOutcome.PENDED_MASKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;

@Timeout(30)
class ItsTest {
    private static final int DEVICE = 0x0300;
    private static final int EVENT = 5;
    private static final int LPI = 8200;
    private static final int LPIS = 64;

    private final ItsRig rig = ItsRig.mapped(3, LPIS);

    private void mapDevice() {
        rig.send(ItsCommands.mapd(DEVICE, 4, 0x5000_0000L));
    }

    private void mapEvent() {
        mapDevice();
        rig.send(ItsCommands.mapti(DEVICE, EVENT, LPI, 0), ItsCommands.sync(0));
    }

    private long unmapped() {
        return rig.errors.of(GuestError.UNMAPPED_EVENT);
    }

    private long bad() {
        return rig.errors.of(GuestError.BAD_COMMAND);
    }

    @Test
    void turnsMessageIntoLpiOfItsCollectionsRedistributor() {
        mapEvent();
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
        assertEquals(COALESCED, rig.fire(DEVICE, EVENT));
        assertEquals(LPI, rig.redistributors[0].acknowledge());
        assertEquals(FakeLpis.NONE, rig.redistributors[0].acknowledge());
        assertEquals(Set.of(), rig.redistributors[1].allPending());
        assertEquals(0, unmapped() + bad());
    }

    @Test
    void dropsMessageOfUnmappedDevice() {
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        assertEquals(1, unmapped());
    }

    @Test
    void dropsMessageOfUnmappedEvent() {
        mapDevice();
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        assertEquals(1, unmapped());
    }

    @Test
    void dropsMessageBeyondTranslationTable() {
        mapEvent();
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, 16));
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, -1));
        assertEquals(2, unmapped());
    }

    @Test
    void dropsMessageOfUnmappedCollectionUntilItIsMapped() {
        mapDevice();
        rig.send(ItsCommands.mapti(DEVICE, EVENT, LPI, 77));
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        assertEquals(1, unmapped());
        rig.send(ItsCommands.mapc(77, 2));
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
        assertTrue(rig.redistributors[2].pending(LPI));
        rig.send(ItsCommands.unmapc(77));
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        assertTrue(rig.redistributors[2].pending(LPI), "MAPC leaves alone what is pending");
    }

    @Test
    void dropsMessageToAnotherAddress() {
        mapEvent();
        long address = rig.spec.translaterAddress();
        assertEquals(DROPPED_NO_TARGET, rig.its.device(DEVICE).message(address + 4, EVENT));
        assertEquals(LATCHED, rig.its.device(DEVICE).message(address, EVENT));
    }

    @Test
    void handsOnThatRedistributorTakesNoLpis() {
        mapEvent();
        rig.redistributors[0].switchOn(false);
        assertEquals(DROPPED_DISABLED, rig.fire(DEVICE, EVENT));
        rig.send(ItsCommands.mapti(DEVICE, 6, 8192 + LPIS, 0));
        assertEquals(DROPPED_ILLEGAL_VECTOR, rig.fire(DEVICE, 6));
    }

    @Test
    void tellsDevicesApart() {
        mapEvent();
        rig.send(
                ItsCommands.mapd(DEVICE + 8, 4, 0x5001_0000L),
                ItsCommands.mapti(DEVICE + 8, EVENT, LPI + 1, 1));
        assertEquals(LATCHED, rig.fire(DEVICE + 8, EVENT));
        assertFalse(rig.redistributors[0].pending(LPI));
        assertTrue(rig.redistributors[1].pending(LPI + 1));
        assertSame(rig.its.device(DEVICE), rig.its.device(DEVICE));
    }

    @Test
    void moviMovesPendingState() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.movi(DEVICE, EVENT, 1), ItsCommands.sync(0));
        assertFalse(rig.redistributors[0].pending(LPI));
        assertTrue(rig.redistributors[1].pending(LPI));
        assertEquals(1, rig.its.moves().of(LATCHED));
        assertEquals(COALESCED, rig.fire(DEVICE, EVENT));
    }

    @Test
    void moviWithoutPendingStateOnlyChangesTheWay() {
        mapEvent();
        rig.send(ItsCommands.movi(DEVICE, EVENT, 2));
        assertEquals(0, rig.its.moves().fired());
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
        assertEquals(Set.of(LPI), rig.redistributors[2].allPending());
    }

    @Test
    void moviToUnmappedCollectionChangesNothing() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.movi(DEVICE, EVENT, 9));
        assertEquals(1, unmapped());
        assertTrue(rig.redistributors[0].pending(LPI));
        assertEquals(COALESCED, rig.fire(DEVICE, EVENT));
    }

    @Test
    void discardClearsPendingState() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.discard(DEVICE, EVENT));
        assertFalse(rig.redistributors[0].pending(LPI));
        assertEquals(1, rig.its.cleared());
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        rig.send(ItsCommands.discard(DEVICE, EVENT));
        assertEquals(2, unmapped());
    }

    @Test
    void clearTakesPendingStateAndLeavesMapping() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.clear(DEVICE, EVENT), ItsCommands.clear(DEVICE, EVENT));
        assertEquals(1, rig.its.cleared());
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
    }

    @Test
    void intIsAsAMessage() {
        mapEvent();
        rig.send(ItsCommands.interrupt(DEVICE, EVENT), ItsCommands.interrupt(DEVICE, EVENT));
        assertEquals(1, rig.its.interrupts().of(LATCHED));
        assertEquals(1, rig.its.interrupts().of(COALESCED));
        assertTrue(rig.redistributors[0].pending(LPI));
    }

    @Test
    void disabledLpiStaysPendingUntilItsConfigurationIsReadAgain() {
        mapEvent();
        FakeLpis lpis = rig.redistributors[0];
        FakeLpis.configure(lpis.configured(), LPI, false);
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT), "the cache still says enabled");
        assertEquals(LPI, lpis.acknowledge());
        rig.send(ItsCommands.inv(DEVICE, EVENT));
        assertEquals(PENDED_MASKED, rig.fire(DEVICE, EVENT));
        assertEquals(COALESCED_MASKED, rig.fire(DEVICE, EVENT));
        assertEquals(FakeLpis.NONE, lpis.acknowledge());
        FakeLpis.configure(lpis.configured(), LPI, true);
        assertEquals(FakeLpis.NONE, lpis.acknowledge());
        rig.send(ItsCommands.inv(DEVICE, EVENT));
        assertEquals(LPI, lpis.acknowledge());
    }

    @Test
    void invallReadsConfigurationOfOneRedistributorAgain() {
        mapEvent();
        FakeLpis.configure(rig.redistributors[0].configured(), LPI, false);
        rig.send(ItsCommands.invall(0));
        assertFalse(rig.redistributors[0].enabled(LPI));
        assertTrue(rig.redistributors[1].enabled(LPI));
        rig.send(ItsCommands.invall(50));
        assertEquals(1, unmapped());
    }

    @Test
    void movallMovesAllThatIsPendingWhoeverMappedIt() {
        mapEvent();
        rig.send(ItsCommands.mapti(DEVICE, 6, LPI + 7, 0));
        rig.fire(DEVICE, EVENT);
        rig.fire(DEVICE, 6);
        rig.redistributors[0].trigger(8192);
        rig.redistributors[1].trigger(LPI);
        rig.send(ItsCommands.movall(0, 1));
        assertEquals(Set.of(), rig.redistributors[0].allPending());
        assertEquals(Set.of(8192, LPI, LPI + 7), rig.redistributors[1].allPending());
        assertEquals(2, rig.its.moves().of(LATCHED));
        assertEquals(1, rig.its.moves().of(COALESCED));
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT), "MOVALL remaps nothing");
    }

    @Test
    void cpuGoesOfflineByMapcAndMovall() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.mapc(0, 2), ItsCommands.movall(0, 2), ItsCommands.sync(2));
        assertTrue(rig.redistributors[2].pending(LPI));
        assertFalse(rig.redistributors[0].pending(LPI));
        assertEquals(COALESCED, rig.fire(DEVICE, EVENT));
    }

    @Test
    void remapsEventToAnotherLpi() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.mapti(DEVICE, EVENT, LPI + 1, 1));
        assertTrue(rig.redistributors[0].pending(LPI), "the old LPI stays pending");
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
        assertEquals(Set.of(LPI + 1), rig.redistributors[1].allPending());
    }

    @Test
    void mapiNamesLpiByEvent() {
        rig.send(ItsCommands.mapd(DEVICE, 14, 0), ItsCommands.mapi(DEVICE, LPI, 0));
        assertEquals(LATCHED, rig.fire(DEVICE, LPI));
        assertTrue(rig.redistributors[0].pending(LPI));
        rig.send(ItsCommands.mapi(DEVICE, EVENT, 0));
        assertEquals(1, bad(), "event 5 is no LPI");
    }

    @Test
    void unmappingDeviceUnmapsItsEvents() {
        mapEvent();
        rig.fire(DEVICE, EVENT);
        rig.send(ItsCommands.unmapd(DEVICE));
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT));
        assertTrue(rig.redistributors[0].pending(LPI), "MAPD leaves alone what is pending");
        mapDevice();
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, EVENT), "the new table is empty");
    }

    @Test
    void switchedOffServiceDropsAndForgetsNothing() {
        mapEvent();
        rig.enable(false);
        assertEquals(DROPPED_DISABLED, rig.fire(DEVICE, EVENT));
        assertEquals(DROPPED_DISABLED, rig.fire(DEVICE, 6));
        assertEquals(0, unmapped());
        rig.enable(true);
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT));
    }

    @Test
    void refusesCommandsThatAreOutOfRange() {
        mapEvent();
        rig.send(
                ItsCommands.mapd(0x1_0000, 4, 0),
                ItsCommands.mapd(DEVICE, 17, 0),
                ItsCommands.mapc(0, 3),
                ItsCommands.mapc(8192, 0),
                ItsCommands.mapti(DEVICE, 16, LPI, 0),
                ItsCommands.mapti(DEVICE, 6, 8191, 0),
                ItsCommands.mapti(DEVICE, 6, 0x1_0000, 0),
                ItsCommands.mapti(DEVICE, 6, LPI, 8192),
                ItsCommands.movi(DEVICE, EVENT, 8192),
                ItsCommands.discard(DEVICE, 16),
                ItsCommands.movall(0, 3),
                ItsCommands.sync(3));
        assertEquals(12, bad());
        assertEquals(0, unmapped());
        assertEquals(LATCHED, rig.fire(DEVICE, EVENT), "nothing of it had an effect");
        assertEquals(DROPPED_NO_TARGET, rig.fire(DEVICE, 6));
    }

    @Test
    void refusesCommandsThatNameWhatIsNotMapped() {
        mapDevice();
        rig.send(
                ItsCommands.mapti(DEVICE + 1, EVENT, LPI, 0),
                ItsCommands.movi(DEVICE, EVENT, 0),
                ItsCommands.inv(DEVICE, EVENT),
                ItsCommands.interrupt(DEVICE, EVENT),
                ItsCommands.clear(DEVICE + 1, EVENT));
        assertEquals(5, unmapped());
        assertEquals(0, bad());
    }
}
