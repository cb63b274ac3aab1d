package org.irqlab.host;

import org.irqlab.base.HotPath;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/**
 * Where the calling thread may run, and how the host's kernel treats it.
 *
 * <p>A thread that is started by a pinned thread inherits its mask, and {@link
 * Runtime#availableProcessors} counts the caller's mask only: pin inside each thread's own {@code
 * run()}, and read counts and create pools before.
 *
 * <p><b>Threads.</b> Every method acts on the calling thread unless it takes a thread number; no
 * state is kept here.
 */
public final class ThreadPinning {
    /** A thread number which stands for the calling thread. */
    private static final int SELF = 0;

    private static final int SCHED_OTHER = 0;
    private static final int SCHED_BATCH = 3;
    private static final int KERNEL_NAME_BYTES = 15;

    private ThreadPinning() {}

    /** Returns whether threads can be pinned at all on this platform. */
    public static boolean available() {
        return LinuxCalls.AVAILABLE;
    }

    /**
     * Returns the CPUs this process was allowed when it started, whatever has been pinned since.
     *
     * <p>Read from the process's first thread, which the launcher keeps waiting and no one pins.
     */
    public static CpuList allowedAtStart() {
        CpuList allowed = allowed((int) ProcessHandle.current().pid());
        return allowed.isEmpty()
                ? CpuList.parse("0-" + (Runtime.getRuntime().availableProcessors() - 1))
                : allowed;
    }

    /** Returns the CPUs the calling thread may run on; empty where that is unknown. */
    public static CpuList allowed() {
        return allowed(SELF);
    }

    private static CpuList allowed(int tid) {
        if (!LinuxCalls.AVAILABLE) {
            return CpuList.NONE;
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment mask = newMask(arena);
            if (LinuxCalls.getAffinity(tid, mask) != 0) {
                return CpuList.NONE;
            }
            return CpuList.of(
                    IntStream.range(0, CpuList.MAX_CPUS)
                            .filter(cpu -> (wordOf(mask, cpu) & bitOf(cpu)) != 0)
                            .toArray());
        }
    }

    /** Lets the calling thread run on {@code hostCpu} only; it is there when this returns. */
    public static CallOutcome pin(int hostCpu) {
        return allow(CpuList.of(hostCpu));
    }

    /** Lets the calling thread run where the process was allowed to run when it started. */
    public static CallOutcome unpin() {
        return allow(allowedAtStart());
    }

    /** Lets the calling thread run on {@code cpus} only. */
    public static CallOutcome allow(CpuList cpus) {
        return allow(SELF, cpus);
    }

    /**
     * Lets every thread this process has now, and so every thread which one of them starts, run on
     * {@code cpus} only: keeps the JVM's compiler and collector threads off the virtual CPUs'
     * cores.
     *
     * <p>To be called before threads are pinned. The process's first thread is left alone, see
     * {@link #allowedAtStart}.
     *
     * @return not done if the kernel refused any thread that is still alive
     */
    public static CallOutcome confineProcess(CpuList cpus) {
        String request = "sched_setaffinity(every thread, cpus " + cpus + ")";
        if (!LinuxCalls.AVAILABLE) {
            return CallOutcome.unavailable(request);
        }
        String first = Long.toString(ProcessHandle.current().pid());
        for (String tid : HostFiles.live().names("proc/self/task", "")) {
            if (!tid.equals(first)) {
                CallOutcome outcome = allow(Integer.parseInt(tid), cpus);
                if (!outcome.done()
                        && HostFiles.live().text("proc/self/task/" + tid + "/comm").isPresent()) {
                    return outcome;
                }
            }
        }
        return CallOutcome.of(request, 0);
    }

    private static CallOutcome allow(int tid, CpuList cpus) {
        String request =
                "sched_setaffinity("
                        + (tid == SELF ? "" : "tid " + tid + ", ")
                        + "cpus "
                        + cpus
                        + ")";
        if (!LinuxCalls.AVAILABLE) {
            return CallOutcome.unavailable(request);
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment mask = newMask(arena);
            cpus.stream()
                    .forEach(cpu ->
                            mask.setAtIndex(
                                    ValueLayout.JAVA_LONG,
                                    cpu / Long.SIZE,
                                    wordOf(mask, cpu) | bitOf(cpu)));
            return CallOutcome.of(request, LinuxCalls.setAffinity(tid, mask));
        }
    }

    /** Returns the CPU the calling thread is on at this moment; -1 where that is unknown. */
    @HotPath
    public static int currentHostCpu() {
        return LinuxCalls.AVAILABLE ? LinuxCalls.currentCpu() : -1;
    }

    /** Returns the kernel's number of the calling thread; -1 where there is none. */
    public static int threadId() {
        return LinuxCalls.AVAILABLE ? LinuxCalls.threadId() : -1;
    }

    /**
     * Sets how late a timed sleep of the calling thread may end so that wake-ups can be merged; 50
     * us by default.
     *
     * @param slackNs 1 or more
     */
    public static CallOutcome setTimerSlack(long slackNs) {
        String request = "prctl(PR_SET_TIMERSLACK, " + slackNs + " ns)";
        if (slackNs < 1) {
            throw new IllegalArgumentException("slackNs=" + slackNs + " < 1");
        }
        return LinuxCalls.AVAILABLE
                ? CallOutcome.of(request, LinuxCalls.setTimerSlack(slackNs))
                : CallOutcome.unavailable(request);
    }

    /** Names the calling thread in {@code ps} and {@code top -H}; cut to 15 bytes. */
    public static CallOutcome setKernelName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        String cut =
                new String(
                        bytes,
                        0,
                        Math.min(bytes.length, KERNEL_NAME_BYTES),
                        StandardCharsets.US_ASCII);
        String request = "prctl(PR_SET_NAME, " + cut + ")";
        return LinuxCalls.AVAILABLE
                ? CallOutcome.of(request, LinuxCalls.setThreadName(cut))
                : CallOutcome.unavailable(request);
    }

    /**
     * Sets the host's nice value of a thread.
     *
     * @param tid from {@link #threadId}
     * @param nice -20 to 19; below its present value needs a privilege
     */
    public static CallOutcome setNice(int tid, int nice) {
        String request = "setpriority(tid " + tid + ", nice " + nice + ")";
        return LinuxCalls.AVAILABLE
                ? CallOutcome.of(request, LinuxCalls.setNice(tid, nice))
                : CallOutcome.unavailable(request);
    }

    /**
     * Asks that the calling thread, when woken, does not preempt the thread that woke it, or takes
     * that back.
     *
     * <p>{@code SCHED_BATCH}: a baton is handed over in one context switch, when the giver sleeps,
     * not in one at the wake-up and a second for the giver's way to sleep. Needs no privilege.
     */
    public static CallOutcome setBatch(boolean batch) {
        String request =
                batch ? "sched_setscheduler(SCHED_BATCH)" : "sched_setscheduler(SCHED_OTHER)";
        return LinuxCalls.AVAILABLE
                ? CallOutcome.of(
                        request,
                        LinuxCalls.setScheduler(SELF, batch ? SCHED_BATCH : SCHED_OTHER, 0))
                : CallOutcome.unavailable(request);
    }

    private static MemorySegment newMask(Arena arena) {
        return arena.allocate(CpuList.MAX_CPUS / Byte.SIZE, Long.BYTES);
    }

    private static long wordOf(MemorySegment mask, int cpu) {
        return mask.getAtIndex(ValueLayout.JAVA_LONG, cpu / Long.SIZE);
    }

    private static long bitOf(int cpu) {
        return 1L << (cpu % Long.SIZE);
    }
}
