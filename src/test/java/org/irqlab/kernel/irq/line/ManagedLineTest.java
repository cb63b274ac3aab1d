package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/** The depth of managed lines, which are shut down and started behind their driver's back. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ManagedLineTest {
    private final TestMachine m = new TestMachine(2);

    @Test
    void balancesTheDepthOfAManagedLineAsTheKernelsOwnTestDoes() {
        IrqDescriptor line = managedLine();
        assertTrue(line.isActivated() && line.isStarted() && line.isManaged());
        assertEquals(0, line.depth());
        line.disableNoSync(m.cpu(0));
        assertEquals(1, line.depth());
        line.lock.lock(0);
        LineSwitch.shutdownAndDeactivate(line, m.cpu(0));
        assertFalse(line.isActivated() || line.isStarted());
        assertEquals(IrqResult.OK, LineSwitch.activate(line, m.cpu(0)));
        LineSwitch.startupManaged(line, m.cpu(0));
        line.lock.unlock(0);
        assertEquals(1, line.depth());
        line.enable(m.cpu(0));
        assertEquals(0, line.depth());
    }

    private IrqDescriptor managedLine() {
        var device = new TestDevice(m.machine(), 1);
        var everywhere = LineWish.managed(CpuMask.first(2));
        var domain = m.machine().irqs().domain(device.msix());
        IrqDescriptor line = domain.map(46, 0, everywhere, m.cpu(0)).line();
        TestLines.request(line, IrqRequest.of("nic0", cpu -> IrqReturn.HANDLED), m.cpu(0));
        return line;
    }
}
