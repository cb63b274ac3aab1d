package org.irqlab.kernel.trap;

/** How a guest program ended. */
public sealed interface ProgramEnd {
    record Exited(int status) implements ProgramEnd {}

    record Killed(Signal signal) implements ProgramEnd {}

    /** It was in the kernel, and the kernel could not go on with it. */
    record Oopsed(Oops oops) implements ProgramEnd {}

    /** The machine ended with it. */
    record Panicked(Oops oops) implements ProgramEnd {}

    /** Its fault came back again and again: the handler does not remove the cause (B-30). */
    record FaultLoop(int pc, long address, long repeats) implements ProgramEnd {}

    /** Its CPU shut down under it. */
    record CpuShutdown() implements ProgramEnd {}

    /** The machine was stopped before. */
    record Stopped() implements ProgramEnd {}
}
