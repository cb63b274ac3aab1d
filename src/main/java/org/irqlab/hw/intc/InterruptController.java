package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

import java.util.Optional;

/**
 * The interrupt controller of a whole machine: one {@link CpuInterruptPort} per CPU and the ways to
 * reach them.
 *
 * <p><b>Threads.</b> Any thread may send. The outcome of each send is decided by the atomic
 * operation on the target's request state.
 *
 * <p>{@link #message} takes messages of devices without an identity of their own; a device that has
 * one sends through {@link #requester}.
 */
public interface InterruptController extends MessageSink {
    /** Number of CPUs; they are numbered from 0. */
    int cpus();

    /** The port of one CPU. */
    CpuInterruptPort port(int cpu);

    /**
     * Sends an inter-processor interrupt, to the sender itself as well.
     *
     * @return as {@link CpuInterruptPort#accept}, or {@link FireOutcome#DROPPED_NO_TARGET} if there
     *     is no such CPU
     */
    @HotPath
    FireOutcome sendIpi(int cpu, int vector);

    /** The kernel's own vectors on this machine. */
    SystemVectors vectors();

    /** Address that a device must write to so that {@code vector} reaches {@code cpu}. */
    long messageAddress(int cpu, int vector);

    /** Data that a device must write so that {@code vector} reaches {@code cpu}. */
    int messageData(int cpu, int vector);

    /**
     * Where the device with this requester id (bus 15:8, device 7:3, function 2:0) sends its
     * messages; controllers that translate per device tell them apart by it.
     */
    default MessageSink requester(int requesterId) {
        return this;
    }

    /**
     * What the kernel has to set up before a device's messages arrive; empty where messages name
     * CPU and vector themselves.
     */
    default Optional<MessageTranslator> translator() {
        return Optional.empty();
    }
}
