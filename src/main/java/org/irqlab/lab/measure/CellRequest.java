package org.irqlab.lab.measure;

/**
 * What one cell has to do.
 *
 * @param trace file of the trace
 * @param traceName what the report calls it
 * @param platform of the machine that replays it
 * @param block from 1
 * @param seed of everything that is drawn; the same in all cells of a block
 * @param tscMhz rate of x86-tsc stamps, 0 = infer
 * @param force replay in spite of low coverage
 * @param calibration file of the path costs to burn, or null = those of the trace
 * @param keepRows keep the distributions of the machine's own events under any strategy; those of
 *     the original one are always kept
 * @param traceOutput file for the machine's own events as tracefs text, or null
 */
public record CellRequest(
        String trace,
        String traceName,
        Strategy strategy,
        Platform platform,
        int block,
        long seed,
        double tscMhz,
        boolean force,
        String calibration,
        boolean keepRows,
        String traceOutput) {
    /** Returns the cell's name: {@code threaded/2}. */
    public String name() {
        return strategy.key() + "/" + block;
    }
}
