package org.irqlab.lab.cli;

import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellRequest;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.TraceFacts;

/** Stands where the replay engine will be, and says so. */
final class PendingReplay implements CellBody {
    @Override
    public TraceFacts examine(CellRequest request) {
        throw new IllegalStateException("this build has no replay engine");
    }

    @Override
    public CellResult run(CellRequest request) {
        throw new IllegalStateException("this build has no replay engine");
    }
}
