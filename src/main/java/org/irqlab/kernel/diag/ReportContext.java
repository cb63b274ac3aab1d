package org.irqlab.kernel.diag;

/**
 * Where the kernel was when it had something to report.
 *
 * @param cpu the CPU, or −1 where the reporter watches from outside
 * @param comm name of the task whose context it was; an interrupt ran on top of it
 */
public record ReportContext(int cpu, int pid, String comm, int preemptCount, boolean irqsOff) {
    /** A watcher outside the machine's CPUs. */
    public static final ReportContext OUTSIDE = new ReportContext(-1, 0, "", 0, false);

    /** Returns the context as a line of the kernel's log. */
    public String text() {
        return "in_atomic(): %d, irqs_disabled(): %d, CPU: %d PID: %d Comm: %s preempt_count: %x"
                .formatted(
                        preemptCount == 0 ? 0 : 1, irqsOff ? 1 : 0, cpu, pid, comm, preemptCount);
    }
}
