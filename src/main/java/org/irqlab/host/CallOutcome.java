package org.irqlab.host;

/**
 * What a request to the host's kernel came to; a refusal is an answer, not an exception.
 *
 * @param done whether the kernel did it
 * @param text what was asked and, if not done, why: {@code sched_setaffinity(cpu 63): Invalid
 *     argument (errno 22)}
 */
public record CallOutcome(boolean done, String text) {
    static CallOutcome of(String request, int errno) {
        return errno == 0
                ? new CallOutcome(true, request)
                : new CallOutcome(
                        false,
                        request + ": " + LinuxCalls.errorText(errno) + " (errno " + errno + ")");
    }

    static CallOutcome unavailable(String request) {
        return new CallOutcome(false, request + ": only on Linux on x86-64 or AArch64");
    }
}
