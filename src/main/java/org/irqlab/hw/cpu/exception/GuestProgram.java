package org.irqlab.hw.cpu.exception;

import java.util.List;

/** A list of instructions, and the mode in which they are executed. */
public record GuestProgram(String name, CpuMode mode, List<GuestInstruction> instructions) {
    public GuestProgram {
        instructions = List.copyOf(instructions);
    }

    public static GuestProgram user(String name, GuestInstruction... instructions) {
        return new GuestProgram(name, CpuMode.USER, List.of(instructions));
    }

    public static GuestProgram kernel(String name, GuestInstruction... instructions) {
        return new GuestProgram(name, CpuMode.KERNEL, List.of(instructions));
    }
}
