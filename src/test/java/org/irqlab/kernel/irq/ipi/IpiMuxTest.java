package org.irqlab.kernel.irq.ipi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class IpiMuxTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final KernelCpu one = m.cpu(1);
    private final List<Integer> fired = new ArrayList<>();
    private final List<Integer> handled = new ArrayList<>();
    private final IpiMux mux = new IpiMux(2, fired::add, (cpu, ipi) -> handled.add(ipi));

    @Test
    void sendsOneInterruptForSeveralOfAKind() {
        mux.enable(1, 3);
        assertTrue(mux.send(1, 3));
        assertFalse(mux.send(1, 3), "pending already");
        assertEquals(List.of(1), fired);
        mux.handle(one);
        assertEquals(List.of(3), handled);
        assertTrue(mux.send(1, 3));
    }

    @Test
    void handlesWhatIsEnabledLowestFirst() {
        mux.enable(1, 31);
        mux.enable(1, 0);
        mux.send(1, 31);
        mux.send(1, 5);
        mux.send(1, 0);
        mux.handle(one);
        assertEquals(List.of(0, 31), handled);
        assertTrue(mux.pending(1, 5));
    }

    @Test
    void deliversWhatWasSentWhileItWasDisabled() {
        assertFalse(mux.send(1, 2));
        assertFalse(mux.enable(1, 4));
        assertTrue(mux.enable(1, 2));
        mux.handle(one);
        assertEquals(List.of(2), handled);
        mux.disable(1, 2);
        assertFalse(mux.send(1, 2));
        mux.handle(one);
        assertEquals(List.of(2), handled);
    }

    @Test
    void keepsCpusApart() {
        mux.enable(0, 1);
        assertFalse(mux.send(1, 1));
        assertTrue(mux.send(0, 1));
        mux.handle(one);
        assertEquals(List.of(), handled);
        assertEquals(List.of(0), fired);
    }
}
