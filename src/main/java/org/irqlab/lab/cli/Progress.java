package org.irqlab.lab.cli;

import java.util.Locale;

/** How far a replay is: one line written over on a terminal, else a line per finished cell. */
final class Progress {
    private final Terminal terminal;
    private final boolean quiet;
    private final int cells;
    private final long expectedNs;
    private int done;
    private long spentNs;

    /**
     * @param expectedNs per cell, used until the first has finished
     */
    Progress(Terminal terminal, boolean quiet, int cells, long expectedNs) {
        this.terminal = terminal;
        this.quiet = quiet;
        this.cells = cells;
        this.expectedNs = expectedNs;
    }

    void running(String cell, long elapsedNs) {
        if (!quiet && terminal.live()) {
            terminal.overwrite(
                    "[%d/%d] %s %s, about %s left"
                            .formatted(
                                    done + 1,
                                    cells,
                                    cell,
                                    duration(elapsedNs),
                                    duration(remainingNs(elapsedNs))));
        }
    }

    void ended(String cell, String how, long elapsedNs) {
        done++;
        spentNs += elapsedNs;
        if (!quiet && !terminal.live()) {
            String left = done == cells ? "" : ", about " + duration(remainingNs(0)) + " left";
            terminal.message(
                    "[%d/%d] %s %s in %s%s"
                            .formatted(done, cells, cell, how, duration(elapsedNs), left));
        }
    }

    private long remainingNs(long elapsedNs) {
        long perCellNs = done == 0 ? expectedNs : spentNs / done;
        return Math.max(0, (cells - done) * perCellNs - elapsedNs);
    }

    static String duration(long ns) {
        long seconds = (ns + 500_000_000) / 1_000_000_000;
        if (seconds < 60) {
            return seconds + " s";
        }
        return String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
    }
}
