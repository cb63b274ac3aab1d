package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.trace.TraceSummary.Answer;
import org.irqlab.lab.trace.TraceSummary.NamedCount;
import org.irqlab.lab.trace.TraceSummary.TaskLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;

@Timeout(30)
class TraceInventoryTest {
    @Test
    void countsTheBundledTraceAsGrepDoes() {
        TraceSummary trace = summary(TraceInput.bundled("fio-randread-qd1"));
        assertEquals(26254, trace.events());
        assertEquals(3345, trace.irqs());
        assertEquals(3728, trace.softirqs());
        assertEquals(1.0, trace.coverage());
        assertEquals(List.of("BASE", "SCHED_KW"), trace.groups());

        var disk =
                trace.irqLines().stream()
                        .filter(i -> i.name().equals("virtio1-req.0"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(36, disk.irq());
        assertArrayEquals(new long[] {0, 3341}, disk.perCpu());
        assertEquals(3341 / 4.386788, disk.perSecond(), 1e-6);
        assertEquals(0, disk.unhandled());

        var block = trace.softirqLines().get(1);
        assertEquals("BLOCK", block.name());
        assertArrayEquals(new long[] {0, 3341}, block.perCpu());
        assertArrayEquals(new long[] {0, 3341}, block.raisedInInterrupt());
        assertArrayEquals(new long[] {0, 0}, block.raisedOutside());

        var timer = trace.vectorLines().getFirst();
        assertEquals("local_timer", timer.name());
        assertEquals(236, timer.vector());
        assertArrayEquals(new long[] {542, 3391}, timer.perCpu());

        assertEquals(new NamedCount("kblockd", 64), trace.workqueues().getFirst());
        assertEquals(new NamedCount("blk_mq_run_work_fn", 30), trace.workFunctions().getFirst());
        TaskLine idle = trace.tasks().getFirst();
        assertEquals("<idle>", idle.name());
        assertEquals(trace.events(), trace.tasks().stream().mapToLong(TaskLine::total).sum());
    }

    @Test
    void tellsWhatIsMissingForWhichAnswer() throws IOException {
        TraceSummary bundled = summary(TraceInput.bundled("fio-randread-qd1"));
        assertEquals(List.of(Answer.YES, Answer.YES, Answer.ASSUMED, Answer.NO), answers(bundled));
        assertTrue(bundled.recordMore().contains("napi:napi_poll"));
        assertTrue(bundled.recordMore().contains("sched:sched_switch"));

        TraceSummary all = summary(TraceExcerptTest.excerpt("napi-threaded-tsc.trace.gz"));
        assertTrue(all.groups().containsAll(List.of("SCHED_ALL", "NAPI")), all.groups()::toString);
        assertEquals(Answer.YES, all.whatIfs().getLast().answer());

        TraceSummary none = read("bash-1 [000] d.h1. 1.000000: csd_queue_cpu: x\n");
        assertEquals(List.of(Answer.NO, Answer.NO, Answer.NO, Answer.NO), answers(none));
        assertEquals(List.of(new NamedCount("csd_queue_cpu", 1)), none.kinds());
    }

    @Test
    void countsRaisesInInterruptsByFlagsAndWithoutThemByPairs() {
        String trace =
                """
                bash-1 [000] d.h1. 1.000001: irq_handler_entry: irq=36 name=x
                bash-1 [000] d.h3. 1.000002: softirq_raise: vec=4 [action=BLOCK]
                bash-1 [000] d.h1. 1.000003: irq_handler_exit: irq=36 ret=unhandled
                bash-1 [000] d..2. 1.000004: softirq_raise: vec=4 [action=BLOCK]
                bash-1 [000] d.s2. 1.000005: softirq_raise: vec=4 [action=BLOCK]
                """;
        for (String text : List.of(trace, trace.replaceAll("d\\.[.hs]\\d\\. ", ""))) {
            TraceSummary summary = read(text);
            var block = summary.softirqLines().getFirst();
            assertEquals(1, block.raisedInInterrupt()[0]);
            assertEquals(2, block.raisedOutside()[0]);
            assertEquals(1, summary.irqLines().getFirst().unhandled());
        }
        assertTrue(
                read(trace.replaceAll("d\\.[.hs]\\d\\. ", ""))
                        .notes()
                        .toString()
                        .contains("flags"));
        assertFalse(read(trace).notes().toString().contains("flags"));
    }

    @Test
    void coverageLeavesOutTheGapsOfLostEvents() {
        TraceSummary summary =
                read(
                        """
                        # entries-in-buffer/entries-written: 4/1004   #P:2
                        bash-1 [000] d.h1. 1.000000: local_timer_entry: vector=236
                        ##### CPU 1 buffer started ####
                        bash-1 [001] d.h1. 1.000100: local_timer_entry: vector=236
                        CPU:0 [LOST 17 EVENTS]
                        bash-1 [000] d.h1. 1.000300: local_timer_entry: vector=236
                        bash-1 [001] d.h1. 1.001000: local_timer_entry: vector=236
                        """);
        // 100 us of CPU 1 before its buffer starts, 300 us of CPU 0; 2 ms in all.
        assertEquals(1 - 400.0 / 2000, summary.coverage(), 1e-12);
        assertEquals(17, summary.lostEvents());
        assertEquals(1000, summary.overwrittenEvents());
        assertTrue(summary.notes().toString().contains("overwrote 1,000 older events"));
    }

    @Test
    void printsTablesOfAFewCpusInFullAndOfManyBySum() {
        List<String> few = InventoryText.lines(summary(TraceInput.bundled("fio-randread-qd1")));
        assertTrue(few.getFirst().startsWith("trace         bundled:fio-randread-qd1"));
        String disk = row(few, "virtio1-req.0");
        assertEquals("36 virtio1-req.0 0 3,341 761.6", disk);
        assertTrue(row(few, "BLOCK").endsWith("761.6 3,341 0"), row(few, "BLOCK"));

        List<String> many =
                InventoryText.lines(
                        read(
                                """
                                # entries-in-buffer/entries-written: 2/2   #P:64
                                bash-1 [063] d.h1. 1.000000: irq_handler_entry: irq=7 name=eth0-rx
                                bash-1 [063] d.h1. 1.000001: irq_handler_entry: irq=7 name=eth0-rx
                                """));
        assertEquals("7 eth0-rx 2 CPU63: 2 2000000.0", row(many, "eth0-rx"));
        assertTrue(many.stream().noneMatch(l -> l.length() > 200));
    }

    private static String row(List<String> lines, String name) {
        return lines.stream()
                .filter(l -> l.contains(" " + name + " "))
                .findFirst()
                .orElseThrow()
                .strip()
                .replaceAll(" +", " ");
    }

    private static List<Answer> answers(TraceSummary trace) {
        return trace.whatIfs().stream().map(TraceSummary.WhatIf::answer).toList();
    }

    private static TraceSummary read(String trace) {
        return summary(TraceInput.bytes("t", trace.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static TraceSummary summary(TraceInput input) {
        var reader = new TracefsReader(input, OptionalDouble.of(2596.122));
        var inventory = new TraceInventory(reader.names());
        return inventory.summary(reader.read(inventory));
    }
}
