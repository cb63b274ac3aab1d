package org.irqlab.lab.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The order of a replay's cells: block after block, in each block every strategy once, the original
 * first and the others in an order that differs from block to block, so that slow changes of the
 * host hit all strategies alike.
 */
public record CellSchedule(List<Cell> cells) {
    /**
     * @param block from 1
     */
    public record Cell(Strategy strategy, int block) {}

    /**
     * @param strategies with or without {@link Strategy#ORIGINAL}, which is always there
     */
    public static CellSchedule of(List<Strategy> strategies, int blocks, long seed) {
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks=" + blocks + " < MIN_BLOCKS=1");
        }
        var others =
                new ArrayList<>(
                        strategies.stream()
                                .distinct()
                                .filter(s -> s != Strategy.ORIGINAL)
                                .toList());
        Collections.shuffle(others, new Random(seed));
        var cells = new ArrayList<Cell>();
        for (int block = 1; block <= blocks; block++) {
            cells.add(new Cell(Strategy.ORIGINAL, block));
            for (Strategy strategy : others) {
                cells.add(new Cell(strategy, block));
            }
            Collections.rotate(others, 1);
        }
        return new CellSchedule(List.copyOf(cells));
    }
}
