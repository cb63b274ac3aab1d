package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;

import java.util.List;

/** A GIC and its model, configured alike. */
final class GicPair {
    static final int CPUS = 3;

    final GicController gic;
    final GicModel model;
    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final CountingKick[] kicks = {
        new CountingKick(), new CountingKick(), new CountingKick()
    };
    private final boolean[] halted = new boolean[CPUS];
    private final int[] kicksAtHalt = new int[CPUS];

    GicPair(GicSettings settings) {
        model = new GicModel(CPUS, settings);
        byte[] table = model.lpiTable;
        gic = new GicController(List.of(kicks), settings, i -> table[i - 8192], errors);
        for (int cpu = 0; cpu < CPUS; cpu++) {
            wake(cpu, false);
            setPmr(cpu, 0xff);
            enableGroup(cpu, 1, true);
            enableLpis(cpu);
        }
        control(3);
    }

    int kicks() {
        return kicks[0].kicks() + kicks[1].kicks() + kicks[2].kicks();
    }

    void halt(int cpu) {
        resume(cpu);
        kicksAtHalt[cpu] = kicks[cpu].kicks();
        halted[cpu] = gic.port(cpu).tryHalt();
        assertEquals(!model.cpu[cpu].signals(1), halted[cpu]);
    }

    /** Before a CPU executes anything. */
    void resume(int cpu) {
        if (halted[cpu]) {
            halted[cpu] = false;
            gic.port(cpu).resumed();
        }
    }

    InterruptBank bank(int cpu, int intid) {
        return intid < 32 ? gic.redistributor(cpu).banked() : gic.distributor().spis();
    }

    void setEnabled(int cpu, int intid, boolean enabled) {
        model.line(cpu, intid).enabled = enabled;
        bank(cpu, intid)
                .update(
                        intid,
                        enabled ? 0 : InterruptWord.ENABLED,
                        enabled ? InterruptWord.ENABLED : 0);
    }

    void setPriority(int cpu, int intid, int priority) {
        model.line(cpu, intid).priority = priority & model.priorityMask;
        bank(cpu, intid).setPriority(intid, priority);
    }

    void setGroup(int cpu, int intid, int group) {
        model.line(cpu, intid).group = group;
        gic.distributor().setGroup(bank(cpu, intid), intid, group);
    }

    void setPmr(int cpu, int pmr) {
        resume(cpu);
        model.cpu[cpu].pmr = pmr & model.priorityMask;
        gic.port(cpu).registers().pmr(pmr);
    }

    void enableGroup(int cpu, int group, boolean enabled) {
        resume(cpu);
        model.cpu[cpu].enabled[group] = enabled;
        gic.port(cpu).enableGroup(group, enabled);
    }

    void enableLpis(int cpu) {
        model.cpu[cpu].lpisEnabled = true;
        gic.redistributor(cpu).enableLpis();
    }

    void control(int value) {
        model.control = value;
        gic.distributor().writeControl(value);
    }

    void wake(int cpu, boolean asleep) {
        model.cpu[cpu].asleep = asleep;
        gic.redistributor(cpu).setAsleep(asleep);
    }

    /** A CPU that sleeps with something to deliver has been kicked, and once only. */
    void checkHalted(String when) {
        for (int cpu = 0; cpu < CPUS; cpu++) {
            int kicked = kicks[cpu].kicks() - kicksAtHalt[cpu];
            if (halted[cpu]) {
                assertTrue(kicked <= 1, when);
                assertTrue(kicked == 1 || !model.cpu[cpu].signals(1), when);
            }
        }
    }

    void compare(String when) {
        for (int cpu = 0; cpu < CPUS; cpu++) {
            GicModelCpu own = model.cpu[cpu];
            GicCpuInterface port = gic.port(cpu);
            for (int group = 0; group < 2; group++) {
                assertEquals(own.signals(group), port.deliverable(group), when);
                assertEquals(own.highestPending(group), port.highestPending(group), when);
                assertEquals(own.readBinaryPoint(group), port.registers().binaryPoint(group), when);
            }
            assertTrue(port.requested() || model.highest(cpu) < 0 || halted[cpu], when);
            assertEquals(own.running(), port.registers().runningPriority(), when);
            assertEquals(own.order.size(), port.registers().depth(), when);
            assertEquals(!own.activePriorities.isEmpty(), port.inService(), when);
            for (var entry : own.lines.entrySet()) {
                int intid = entry.getKey();
                var bank = intid < 32 ? bank(cpu, intid) : gic.redistributor(cpu).lpis();
                compare(when, intid, entry.getValue(), bank.word(intid));
            }
        }
        for (var entry : model.spis.entrySet()) {
            int intid = entry.getKey();
            compare(when, intid, entry.getValue(), gic.distributor().spis().word(intid));
        }
        long reported =
                errors.of(GuestError.END_OUT_OF_ORDER)
                        + errors.of(GuestError.END_WITHOUT_ACKNOWLEDGE);
        int made = 0;
        for (GicModelCpu own : model.cpu) {
            made += own.endErrors;
        }
        assertEquals(made, reported, when);
    }

    private void compare(String when, int intid, GicModel.Line line, int word) {
        String which = when + ": " + intid;
        assertEquals(line.pending(), InterruptWord.pending(word), which);
        assertEquals(line.active, InterruptWord.active(word), which);
        assertEquals(line.priority, InterruptWord.priority(word), which);
        int target = model.target(intid, line);
        int expected = target == GicModel.NOWHERE ? InterruptWord.NOBODY : target;
        assertEquals(expected, InterruptWord.target(word), which);
    }
}
