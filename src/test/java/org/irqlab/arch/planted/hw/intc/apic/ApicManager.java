package org.irqlab.arch.planted.hw.intc.apic;

/** A controller model, with a name that says nothing. */
public final class ApicManager {}
