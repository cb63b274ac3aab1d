package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.ApicController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(10)
class PciFunctionTest {
    @Test
    void printsItsAddressAsLinuxDoes() {
        var address = new PciAddress(0, 0x3f, 0x1a, 7);
        assertEquals("0000:3f:1a.7", address.toString());
        assertEquals(0x3fd7, address.requesterId());
    }

    @Test
    void refusesAddressesThatDoNotExist() {
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 0, 32, 0));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 256, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(0, 0, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> new PciAddress(-1, 0, 0, 0));
    }

    @Test
    void firesThroughItsTableIntoTheMachine() {
        var machine = new ApicController(List.of(new CountingKick()));
        var nic = PciFunction.of(new PciAddress(0, 0, 3, 0), 4, machine);
        var message = new MsiMessage(machine.messageAddress(0, 0x41), 0x41);
        nic.msix().program(3, message);
        nic.msix().unmask(3);
        nic.msix().writeControl(MsixTable.CONTROL_ENABLE);
        assertEquals(FireOutcome.LATCHED, nic.msix().fire(3));
        assertEquals(0x41, machine.port(0).acknowledge());
    }
}
