package org.irqlab.hw.intc;

/**
 * One event of one device, and the interrupt that its message becomes.
 *
 * @param deviceId under which the device's messages travel
 * @param eventId what the device writes
 * @param interrupt from the translator's range
 */
public record TranslatedEvent(int deviceId, int eventId, int interrupt) {}
