package org.irqlab.arch.planted.base;

import org.irqlab.arch.planted.lab.report.Careless;

/** Breaks the layers, and closes a cycle: the report knows this class. */
public final class Upward {
    public Careless careless;
}
