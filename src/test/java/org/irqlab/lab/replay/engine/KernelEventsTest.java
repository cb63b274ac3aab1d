package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceFlags;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Store;
import org.irqlab.hw.cpu.exception.GuestMemory;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.ipi.CrossCall;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.trap.AddressSpace;
import org.irqlab.kernel.trap.KernelTraps;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TraceSink;
import org.irqlab.lab.trace.TracefsReader;
import org.irqlab.lab.trace.TracefsWriter;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the machine says of calls, irq_work, page faults and NMIs, as text and read again. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KernelEventsTest {
    private static final long ADDRESS = 2L * GuestMemory.PAGE_BYTES;

    /** One event, with the fields that these kinds have. */
    private record Seen(EventKind kind, int cpu, int number, long object, String name, char where) {
        static Seen of(TraceEvent e, NameTable names) {
            boolean named = e.kind == EventKind.NMI_HANDLER || isFault(e.kind);
            return new Seen(
                    e.kind,
                    e.cpu,
                    e.kind == EventKind.NMI_HANDLER ? e.returned : e.number,
                    isFault(e.kind) ? e.object : 0,
                    named ? names.name(e.nameId) : "",
                    e.context);
        }

        private static boolean isFault(EventKind kind) {
            return kind == EventKind.PAGE_FAULT_USER || kind == EventKind.PAGE_FAULT_KERNEL;
        }
    }

    private static List<Seen> read(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var reader = new TracefsReader(TraceInput.bytes("own", bytes), OptionalDouble.empty());
        var all = new ArrayList<Seen>();
        TraceSink sink = event -> all.add(Seen.of(event, reader.names()));
        reader.read(sink);
        return all;
    }

    private static List<Seen> of(List<Seen> all, EventKind... kinds) {
        return all.stream().filter(seen -> List.of(kinds).contains(seen.kind)).toList();
    }

    private static String text(TestMachine m, long originNs) throws IOException {
        var names = new NameTable();
        var text = new StringWriter();
        var writer = new TracefsWriter(text, names);
        writer.header(1, 1, m.machine().cpus());
        new RingEvents(m.machine(), names, 1).feed(writer, originNs);
        return text.toString();
    }

    private static String record() throws IOException {
        var m = new TestMachine(MachineSpec.unpinned(3).withWorkersPerPool(1).withTrace(10_000));
        var traps = KernelTraps.x86(m.machine().smp());
        var space = new AddressSpace(new GuestMemory(16));
        space.map(2, 1, AddressSpace.Backing.ANONYMOUS, true);
        space.map(4, 1, AddressSpace.Backing.ANONYMOUS, true);
        var user = traps.run(GuestProgram.user("prog", new Store(ADDRESS, 0), new Exit(0)), space);
        var kernel =
                traps.run(
                        GuestProgram.kernel("module", new Store(2 * ADDRESS, 0), new Exit(0)),
                        space);
        m.userTask(1, "prog", user);
        m.userTask(1, "module", kernel);
        m.machine().nmis(2).add(cpu -> true, m.machine().names().id("perf_event_nmi_handler"));
        var done = new AtomicInteger();
        long originNs = HostClock.nowNs();
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    var all = CpuMask.first(3);
                    m.machine().calls().callMany(all, on -> done.incrementAndGet(), false, cpu);
                    var work = new IrqWork(on -> done.incrementAndGet());
                    m.machine().calls().queue(work, cpu);
                });
        Threads.await("calls and work", () -> done.get() == 3);
        m.inInterrupt(
                0,
                cpu -> {
                    var call = new CrossCall(on -> done.incrementAndGet());
                    m.machine().calls().callAsync(2, call, cpu);
                });
        Threads.await("single call", () -> done.get() == 4);
        m.inInterrupt(
                2,
                cpu -> {
                    cpu.hw().nmi().raise();
                    cpu.hw().poll();
                });
        Threads.await("programs", () -> user.end() != null && kernel.end() != null);
        m.close();
        return text(m, originNs);
    }

    @Test
    void showsCallsAndWorkAsTheKernelDoes() throws IOException {
        List<Seen> all = read(record());
        assertEquals(
                List.of(252, 252),
                of(all, EventKind.CALL_FUNCTION_ENTRY).stream().map(Seen::number).toList());
        assertEquals(2, of(all, EventKind.CALL_FUNCTION_EXIT).size());
        var single = of(all, EventKind.CALL_FUNCTION_SINGLE_ENTRY);
        assertTrue(single.stream().anyMatch(seen -> seen.cpu == 2 && seen.number == 251));
        assertEquals(single.size(), of(all, EventKind.CALL_FUNCTION_SINGLE_EXIT).size());
        assertEquals(
                List.of(
                        new Seen(EventKind.IRQ_WORK_ENTRY, 0, 246, 0, "", 'h'),
                        new Seen(EventKind.IRQ_WORK_EXIT, 0, 246, 0, "", 'h')),
                of(all, EventKind.IRQ_WORK_ENTRY, EventKind.IRQ_WORK_EXIT));
    }

    @Test
    void showsPageFaultsAndNmis() throws IOException {
        List<Seen> all = read(record());
        assertEquals(
                List.of(new Seen(EventKind.PAGE_FAULT_USER, 1, 6, ADDRESS, "0x0", '.')),
                of(all, EventKind.PAGE_FAULT_USER));
        assertEquals(
                List.of(new Seen(EventKind.PAGE_FAULT_KERNEL, 1, 2, 2 * ADDRESS, "0x0", '.')),
                of(all, EventKind.PAGE_FAULT_KERNEL));
        assertEquals(
                List.of(new Seen(EventKind.NMI_HANDLER, 2, 1, 0, "perf_event_nmi_handler", 'Z')),
                of(all, EventKind.NMI_HANDLER));
    }

    /** Lines as Linux 6.18 prints them. */
    @Test
    void readsWhatTheKernelPrints() {
        var all =
                read(
                        """
                        # tracer: nop
                              bash-812     [001] d..1.   10.000001: page_fault_user: address=0x7f12c0 ip=0x55d0 error_code=0x7
                              bash-812     [001] d..1.   10.000002: page_fault_kernel: address=init_task ip=copy_from_user [mod] error_code=0x0
                            <idle>-0       [000] d.Z2.   10.000003: nmi_handler: perf_event_nmi_handler() delta_ns: 2714 handled: 1
                        """);
        assertEquals(
                new Seen(EventKind.PAGE_FAULT_USER, 1, 7, 0x7f12c0, "0x55d0", '.'), all.get(0));
        assertEquals("copy_from_user [mod]", all.get(1).name);
        assertEquals(
                new Seen(EventKind.NMI_HANDLER, 0, 1, 0, "perf_event_nmi_handler", 'Z'),
                all.get(2));
        assertEquals('Z', TraceFlags.context(TraceFlags.NMI | TraceFlags.HARDIRQ));
    }
}
