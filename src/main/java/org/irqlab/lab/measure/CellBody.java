package org.irqlab.lab.measure;

import java.io.IOException;

/**
 * The replay itself, as the command line sees it.
 *
 * <p>Bad input is an {@link IllegalArgumentException} or an {@link IOException} whose message is
 * one line for the user; anything else is an error of irqlab.
 */
public interface CellBody {
    /**
     * Reads the trace and refuses what cannot be replayed. Called once, in the process that forks
     * the cells.
     */
    TraceFacts examine(CellRequest request) throws IOException;

    /** Runs one cell. Called in the cell's own JVM, by its main thread, once. */
    CellResult run(CellRequest request) throws IOException;
}
