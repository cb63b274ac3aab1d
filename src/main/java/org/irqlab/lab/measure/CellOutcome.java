package org.irqlab.lab.measure;

/** How a cell ended. */
public sealed interface CellOutcome {
    /** With a result. */
    record Finished(CellResult result) implements CellOutcome {}

    /** Without one. */
    record Failed(CellFailure failure) implements CellOutcome {}

    /** Because {@link CellLauncher#stop} was called. */
    record Stopped() implements CellOutcome {}
}
