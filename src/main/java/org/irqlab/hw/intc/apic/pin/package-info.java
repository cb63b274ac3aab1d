/**
 * Interrupt input pins as an I/O APIC and a local APIC have them: what a line does to the entry
 * that belongs to it, on any thread. Depends on {@code hw.intc} only; knows no bus.
 */
package org.irqlab.hw.intc.apic.pin;
