package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;

/**
 * Finds the local APICs that a destination means, and hands them what is sent. The APIC id of a CPU
 * is its number.
 *
 * <p>Lowest priority goes to that software-enabled one of the addressed APICs which has the lowest
 * processor priority at a glance. IMPDEF: of equal ones it is the first at or after number (vector
 * mod CPUs), cyclically: vectors spread, and each stays where it is.
 *
 * <p><b>Threads.</b> Any. But for lowest priority no producer reads a cache line that a CPU writes
 * as it takes interrupts.
 */
@HotPath
final class ApicBus {
    private static final int NOBODY = -1;

    private final RequestRegister[] requests;
    private final OwnerRegisters[] owners;
    private final CpuSignals[] signals;

    ApicBus(RequestRegister[] requests, OwnerRegisters[] owners, CpuSignals[] signals) {
        this.requests = requests.clone();
        this.owners = owners.clone();
        this.signals = signals.clone();
    }

    int cpus() {
        return requests.length;
    }

    /** Requests {@code vector} of one CPU. */
    FireOutcome send(int cpu, int vector) {
        return reaches(cpu) ? requests[cpu].accept(vector) : FireOutcome.DROPPED_NO_TARGET;
    }

    private boolean reaches(int cpu) {
        return cpu >= 0 && cpu < requests.length && requests[cpu].present();
    }

    /** Sends what a device or a pin asks for, which has no shorthand. */
    FireOutcome send(long command) {
        return send(command, NOBODY, null);
    }

    /**
     * Sends.
     *
     * @param sender whom the shorthands mean by "self"
     * @param counts gets one outcome for each CPU addressed, and one if there is none; or null
     * @return if several are addressed, the first one's outcome unless another one's is {@link
     *     FireOutcome#LATCHED}
     */
    FireOutcome send(long command, int sender, FireCounts counts) {
        if (single(command)) {
            int cpu = InterruptCommand.destination(command);
            return note(
                    counts, reaches(cpu) ? deliver(cpu, command) : FireOutcome.DROPPED_NO_TARGET);
        }
        if (InterruptCommand.mode(command) == InterruptCommand.LOWEST_PRIORITY) {
            int cpu = arbitrate(command, sender);
            return note(
                    counts, cpu == NOBODY ? FireOutcome.DROPPED_NO_TARGET : deliver(cpu, command));
        }
        return sendEach(command, sender, counts);
    }

    /** Whether the command names one CPU by its physical id. */
    private static boolean single(long command) {
        return !InterruptCommand.logical(command)
                && InterruptCommand.shorthand(command) == InterruptCommand.NO_SHORTHAND
                && InterruptCommand.destination(command) != InterruptCommand.EVERYONE;
    }

    private FireOutcome sendEach(long command, int sender, FireCounts counts) {
        FireOutcome result = null;
        for (int cpu = 0; cpu < requests.length; cpu++) {
            if (addressed(cpu, command, sender)) {
                FireOutcome outcome = note(counts, deliver(cpu, command));
                result = result == null || outcome == FireOutcome.LATCHED ? outcome : result;
            }
        }
        return result == null ? note(counts, FireOutcome.DROPPED_NO_TARGET) : result;
    }

    private int arbitrate(long command, int sender) {
        int first = InterruptCommand.vector(command) % requests.length;
        int winner = NOBODY;
        int lowest = Integer.MAX_VALUE;
        for (int n = 0; n < requests.length; n++) {
            int cpu = first + n < requests.length ? first + n : first + n - requests.length;
            if (addressed(cpu, command, sender) && owners[cpu].enabledGlance()) {
                int priority = owners[cpu].priorityGlance();
                winner = priority < lowest ? cpu : winner;
                lowest = Math.min(lowest, priority);
            }
        }
        return winner;
    }

    private boolean addressed(int cpu, long command, int sender) {
        boolean named =
                switch (InterruptCommand.shorthand(command)) {
                    case InterruptCommand.SELF -> cpu == sender;
                    case InterruptCommand.ALL_INCLUDING_SELF -> true;
                    case InterruptCommand.ALL_EXCLUDING_SELF -> cpu != sender;
                    default -> named(cpu, command);
                };
        return named && requests[cpu].present();
    }

    private boolean named(int cpu, long command) {
        int destination = InterruptCommand.destination(command);
        if (destination == InterruptCommand.EVERYONE) {
            return true;
        }
        return InterruptCommand.logical(command)
                ? requests[cpu].matchesLogical(destination)
                : destination == cpu;
    }

    /** Hands {@code command} to one CPU, whomever it addresses. */
    FireOutcome deliver(int cpu, long command) {
        int vector = InterruptCommand.vector(command);
        return switch (InterruptCommand.mode(command)) {
            case InterruptCommand.FIXED, InterruptCommand.LOWEST_PRIORITY ->
                    (command & InterruptCommand.LEVEL) != 0
                            ? requests[cpu].acceptLevel(vector)
                            : requests[cpu].accept(vector);
            case InterruptCommand.SMI -> signals[cpu].smi();
            case InterruptCommand.NMI -> signals[cpu].nmi();
            case InterruptCommand.INIT -> signals[cpu].init();
            case InterruptCommand.STARTUP -> signals[cpu].startup(vector);
            case InterruptCommand.EXT_INT -> signals[cpu].external();
            default -> FireOutcome.DROPPED_NO_TARGET;
        };
    }

    private static FireOutcome note(FireCounts counts, FireOutcome outcome) {
        return counts == null ? outcome : counts.count(outcome);
    }
}
