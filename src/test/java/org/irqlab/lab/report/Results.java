package org.irqlab.lab.report;

import org.irqlab.host.HostSetup;
import org.irqlab.lab.measure.CellFailure;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.support.Cells;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Made-up replays. */
final class Results {
    static final Setup SETUP =
            new Setup(
                    "irqlab replay",
                    "0.1",
                    Platform.ARM64,
                    new HostSetup(
                            "6.18",
                            "Some CPU",
                            "0-1",
                            "0-1",
                            true,
                            "none",
                            "none",
                            "tsc",
                            List.of(),
                            List.of(),
                            "25 Vendor",
                            List.of("-Xmx512m"),
                            List.of("Copy"),
                            "java"),
                    0.5,
                    0.01,
                    42,
                    3,
                    Instant.parse("2026-01-01T00:00:00Z"));

    private Results() {}

    /** Original, and threaded with half of its latency, in three blocks. */
    static ReplayResult sound() {
        var cells = new ArrayList<CellResult>();
        for (int block = 1; block <= 3; block++) {
            cells.add(Cells.cell(Strategy.ORIGINAL, block));
            cells.add(Cells.cell(Strategy.THREADED, block, 0.5, 2000));
        }
        return of(cells, List.of());
    }

    /** The same, held against a recording of threaded. */
    static ReplayResult against() {
        return sound().against(AgainstTest.recorded(), Strategy.THREADED);
    }

    static ReplayResult of(List<CellResult> cells, List<CellFailure> failures) {
        return ReplayResult.of(SETUP, Cells.TRACE, cells, failures, false);
    }
}
