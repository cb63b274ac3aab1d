package org.irqlab.lab.compare;

import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts of a trace that tell its workload, and in which contexts its bottom halves ran.
 *
 * <p>What a strategy changes is not workload: how many softirqs are raised, how many packets one
 * poll takes, how often a network device that is masked during a poll interrupts. So the network is
 * counted in packets, other devices in interrupts.
 *
 * <p><b>Threads.</b> One.
 */
final class WorkloadCounts implements TraceSink {
    /** HI, NET_TX, NET_RX, BLOCK, IRQ_POLL, TASKLET: bottom halves of devices. */
    private static final int[] DEVICE_VECTORS = {0, 2, 3, 4, 5, 6};

    static final int NET_RX = 3;
    static final int TASKLET = 6;
    private static final int VECTORS = 10;
    private static final String NAPI = "napi/";

    private final NameTable names;
    private final long[] kinds = new long[EventKind.values().length];
    private final long[] raises = new long[VECTORS];
    private final Map<String, Long> interrupts = new TreeMap<>();
    private final Map<String, Long> deferring = new TreeMap<>();
    private final Set<String> network = new TreeSet<>();
    private long packets;
    private long polls;
    private final Map<String, Long> threadPolls = new TreeMap<>();
    private long wakesOfTasks;
    private long wakesOfInterruptThreads;

    // By CPU: the name of the device whose handler runs, -1 if none does.
    private int[] handler = new int[0];

    /**
     * @param names of the reader that will feed this
     */
    WorkloadCounts(NameTable names) {
        this.names = names;
    }

    @Override
    public void event(TraceEvent e) {
        kinds[e.kind.ordinal()]++;
        if (e.cpu >= handler.length) {
            int known = handler.length;
            handler = Arrays.copyOf(handler, e.cpu + 1);
            Arrays.fill(handler, known, handler.length, -1);
        }
        switch (e.kind) {
            case IRQ_HANDLER_ENTRY -> {
                handler[e.cpu] = e.nameId;
                interrupts.merge(names.name(e.nameId), 1L, Long::sum);
            }
            case IRQ_HANDLER_EXIT -> handler[e.cpu] = -1;
            case SOFTIRQ_RAISE -> raised(e);
            case NAPI_POLL -> polled(e);
            case SCHED_WAKING -> waking(e);
            default -> {}
        }
    }

    @Override
    public void lost(int cpu, long timeNs, long events) {
        if (cpu < handler.length) {
            handler[cpu] = -1;
        }
    }

    private void raised(TraceEvent e) {
        if (e.number < 0 || e.number >= VECTORS) {
            return;
        }
        raises[e.number]++;
        boolean ofDevice = Arrays.stream(DEVICE_VECTORS).anyMatch(v -> v == e.number);
        if (handler[e.cpu] >= 0 && ofDevice) {
            String device = names.name(handler[e.cpu]);
            deferring.merge(device, 1L, Long::sum);
            if (e.number == NET_RX) {
                network.add(device);
            }
        }
    }

    private void polled(TraceEvent e) {
        polls++;
        packets += Math.max(0, e.napiWork);
        String task = names.name(e.commId);
        if (task.startsWith(NAPI)) {
            threadPolls.merge(task, 1L, Long::sum);
        }
    }

    private void waking(TraceEvent e) {
        String task = names.name(e.taskCommId);
        if (task.startsWith(NAPI)) {
            if (handler[e.cpu] >= 0) {
                network.add(names.name(handler[e.cpu]));
            }
        } else if (task.startsWith("irq/")) {
            wakesOfInterruptThreads++;
        } else if (!task.startsWith("kworker/") && !task.startsWith("ksoftirqd/")) {
            wakesOfTasks++;
        }
    }

    long count(EventKind kind) {
        return kinds[kind.ordinal()];
    }

    long raises(int vector) {
        return raises[vector];
    }

    /** Returns raises of bottom halves of devices, NET_RX included. */
    long deviceRaises() {
        return Arrays.stream(DEVICE_VECTORS).mapToLong(v -> raises[v]).sum();
    }

    /** Returns raises that an interrupt handler of a device without NAPI left behind. */
    long deferredByHandlers() {
        return deferring.entrySet().stream()
                .filter(d -> !network.contains(d.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Returns interrupts by device. */
    Map<String, Long> interrupts() {
        return interrupts;
    }

    /** Returns the devices whose handlers start a NAPI poll. */
    Set<String> networkDevices() {
        return network;
    }

    long packets() {
        return packets;
    }

    long polls() {
        return polls;
    }

    long threadPolls() {
        return threadPolls.values().stream().mapToLong(n -> n).sum();
    }

    /** Returns the threads that poll, such as {@code napi/eth0-12}. */
    Set<String> pollingThreads() {
        return threadPolls.keySet();
    }

    /** Returns wakes of tasks that are not the kernel's deferral threads. */
    long wakesOfTasks() {
        return wakesOfTasks;
    }

    long wakesOfInterruptThreads() {
        return wakesOfInterruptThreads;
    }
}
