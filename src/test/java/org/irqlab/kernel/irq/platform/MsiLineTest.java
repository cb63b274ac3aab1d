package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.IntxLine;
import org.irqlab.hw.pci.IntxPin;
import org.irqlab.hw.pci.MsiCapability;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.hw.pci.PciHeader;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** Lines of MSI vectors, one and several. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MsiLineTest {
    private static final PciHeader HEADER =
            new PciHeader(0x1af4, 0x1041, 0x02_0000, 1, PciHeader.Pin.INTA);
    private static final int FIRST_IRQ = 40;

    private final TestMachine m = new TestMachine(2);
    private final IrqTable irqs = m.machine().irqs();
    private final AtomicIntegerArray runs = new AtomicIntegerArray(32);
    private final AtomicInteger lastCpu = new AtomicInteger(-1);
    private MsiCapability msi;

    private MsiDomain function(int capable, MsiCapability.Masking masking) {
        msi =
                new MsiCapability(
                        capable, MsiCapability.Address.BITS_64, masking, m.machine().controller());
        var config =
                new PciConfigSpace(
                        HEADER,
                        new IntxLine(IntxPin.NONE),
                        List.of(),
                        List.of(msi),
                        (e, c, o, v) -> {});
        config.write(0, PciConfigSpace.COMMAND, 2, PciConfigSpace.COMMAND_BUS_MASTER);
        return irqs.newDomain(config, msi);
    }

    private void request(IrqDescriptor line, int index) {
        IrqHandler handler =
                cpu -> {
                    runs.incrementAndGet(index);
                    lastCpu.set(cpu.id());
                    return IrqReturn.HANDLED;
                };
        TestLines.request(line, IrqRequest.of("msi" + index, handler), m.cpu(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 32})
    void hasALineForEachVector(int vectors) {
        MsiDomain domain = function(32, MsiCapability.Masking.PER_VECTOR);
        var got = domain.allocate(FIRST_IRQ, vectors, vectors, m.cpu(0));
        assertEquals(vectors, got.lines().size());
        for (int index = 0; index < vectors; index++) {
            request(got.lines().get(index), index);
        }
        try (m) {
            m.start();
            for (int index = 0; index < vectors; index++) {
                assertEquals(FireOutcome.LATCHED, msi.fire(index));
            }
            for (int index = 0; index < vectors; index++) {
                int at = index;
                Threads.await("vector " + at, () -> runs.get(at) == 1);
            }
            irqs.checkVectors();
        }
        assertEquals(0, irqs.stray(0) + irqs.stray(1));
    }

    @Test
    void movesNoneOfSeveralAlone() {
        var got = function(4, MsiCapability.Masking.PER_VECTOR).allocate(FIRST_IRQ, 4, 4, m.cpu(0));
        for (int index = 0; index < 4; index++) {
            request(got.lines().get(index), index);
        }
        IrqDescriptor line = got.lines().get(2);
        CpuMask before = line.effectiveAffinity();
        CpuMask other = before.contains(0) ? CpuMask.of(1) : CpuMask.of(0);
        assertEquals(IrqResult.EINVAL, irqs.setAffinity(line, other, m.cpu(0)));
        assertEquals(before, line.effectiveAffinity());
    }

    @ParameterizedTest
    @EnumSource(MsiCapability.Masking.class)
    void movesASingleOneAndLosesNothing(MsiCapability.Masking masking) {
        var got = function(1, masking).allocate(FIRST_IRQ, 1, 1, m.cpu(0));
        IrqDescriptor line = got.lines().get(0);
        var fired = new AtomicLong();
        var seen = new AtomicLong();
        IrqHandler handler =
                cpu -> {
                    seen.set(fired.get());
                    runs.incrementAndGet(cpu.id());
                    return IrqReturn.HANDLED;
                };
        TestLines.request(line, IrqRequest.of("msi", handler), m.cpu(0));
        try (m) {
            m.start();
            for (int round = 0; round < 200; round++) {
                int target = round % 2;
                m.inInterrupt(0, cpu -> irqs.setAffinity(line, CpuMask.of(target), cpu));
                for (int fire = 0; fire < 50; fire++) {
                    fired.incrementAndGet();
                    msi.fire(0);
                }
                Threads.await("served", () -> seen.get() == fired.get());
            }
            assertTrue(runs.get(0) > 0 && runs.get(1) > 0, "it has been on both CPUs");
        }
        assertEquals(0, irqs.stray(0) + irqs.stray(1));
        TestLines.assertConserved(line);
    }

    @Test
    void masksEachVectorByItself() {
        var got = function(2, MsiCapability.Masking.PER_VECTOR).allocate(FIRST_IRQ, 2, 2, m.cpu(0));
        request(got.lines().get(0), 0);
        assertEquals(FireOutcome.PENDED_MASKED, msi.fire(1), "nobody has requested it");
        request(got.lines().get(1), 1);
        try (m) {
            m.start();
            Threads.await("sent when it was unmasked", () -> runs.get(1) == 1);
            assertEquals(0, runs.get(0));
        }
    }

    @Test
    void givesFewerWhereThereAreNoMore() {
        var all = new ArrayList<MsiDomain>();
        int before = irqs.vectors().globalAvailable();
        int irq = FIRST_IRQ;
        while (true) {
            MsiDomain domain = function(32, MsiCapability.Masking.PER_VECTOR);
            var got = domain.allocate(irq, 32, 32, m.cpu(0));
            if (!got.result().ok()) {
                assertEquals(IrqResult.ENOSPC, got.result());
                break;
            }
            all.add(domain);
            irq += 32;
        }
        MsiDomain last = function(32, MsiCapability.Masking.PER_VECTOR);
        int fewer = last.allocate(irq, 1, 32, m.cpu(0)).lines().size();
        assertTrue(fewer >= 1 && fewer < 32, "got " + fewer);
        last.free(m.cpu(0));
        all.forEach(domain -> domain.free(m.cpu(0)));
        assertEquals(before, irqs.vectors().globalAvailable());
        assertFalse(msi.enabled());
    }

    @Test
    void refusesWhatMakesNoSense() {
        MsiDomain domain = function(2, MsiCapability.Masking.NONE);
        assertEquals(IrqResult.EINVAL, domain.allocate(FIRST_IRQ, 0, 1, m.cpu(0)).result());
        assertEquals(IrqResult.EINVAL, domain.allocate(FIRST_IRQ, 2, 1, m.cpu(0)).result());
        assertEquals(IrqResult.ENOSPC, domain.allocate(FIRST_IRQ, 4, 8, m.cpu(0)).result());
        assertTrue(domain.allocate(FIRST_IRQ, 1, 2, m.cpu(0)).result().ok());
        assertEquals(IrqResult.EINVAL, domain.allocate(FIRST_IRQ, 1, 1, m.cpu(0)).result());
    }
}
