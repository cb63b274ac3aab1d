package org.irqlab.host;

import java.util.Optional;

/**
 * What the host's scheduler did to one thread so far; the difference of two readings says how much
 * of a measured time was waiting for a CPU.
 *
 * @param runNs time on a CPU
 * @param waitNs time runnable, waiting for a CPU
 * @param slices times it was put on a CPU
 * @param voluntarySwitches times it gave the CPU up to sleep
 * @param involuntarySwitches times the CPU was taken away, or yielded
 * @see "Linux, Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat"
 */
public record SchedStat(
        long runNs, long waitNs, long slices, long voluntarySwitches, long involuntarySwitches) {
    /** Nothing. */
    public static final SchedStat ZERO = new SchedStat(0, 0, 0, 0, 0);

    /**
     * Reads a thread of this process.
     *
     * @param tid from {@link ThreadPinning#threadId}
     * @return empty if it has ended or the kernel does not keep these
     */
    public static Optional<SchedStat> of(int tid) {
        return read(HostFiles.live(), "proc/self/task/" + tid);
    }

    /** Returns the sum over all threads of this process that are alive. */
    public static SchedStat ofProcess() {
        return HostFiles.live().names("proc/self/task", "").stream()
                .map(tid -> read(HostFiles.live(), "proc/self/task/" + tid))
                .flatMap(Optional::stream)
                .reduce(ZERO, SchedStat::plus);
    }

    static Optional<SchedStat> read(HostFiles files, String task) {
        return files.text(task + "/schedstat")
                .map(text -> text.split(" "))
                .filter(words -> words.length == 3)
                .flatMap(words -> parse(words, files, task));
    }

    private static Optional<SchedStat> parse(String[] words, HostFiles files, String task) {
        try {
            return Optional.of(
                    new SchedStat(
                            Long.parseLong(words[0]),
                            Long.parseLong(words[1]),
                            Long.parseLong(words[2]),
                            switches(files, task, "voluntary_ctxt_switches:"),
                            switches(files, task, "nonvoluntary_ctxt_switches:")));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long switches(HostFiles files, String task, String field) {
        return files.lines(task + "/status").stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.substring(field.length()).strip()))
                .findFirst()
                .orElse(0);
    }

    /** Returns what happened between {@code earlier} and this reading. */
    public SchedStat since(SchedStat earlier) {
        return new SchedStat(
                runNs - earlier.runNs,
                waitNs - earlier.waitNs,
                slices - earlier.slices,
                voluntarySwitches - earlier.voluntarySwitches,
                involuntarySwitches - earlier.involuntarySwitches);
    }

    /** Returns the sum of two threads. */
    public SchedStat plus(SchedStat other) {
        return new SchedStat(
                runNs + other.runNs,
                waitNs + other.waitNs,
                slices + other.slices,
                voluntarySwitches + other.voluntarySwitches,
                involuntarySwitches + other.involuntarySwitches);
    }
}
