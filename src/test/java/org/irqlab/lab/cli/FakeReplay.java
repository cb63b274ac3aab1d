package org.irqlab.lab.cli;

import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellRequest;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.TraceFacts;
import org.irqlab.support.Cells;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program with irqlab's command line whose cells do what the trace says: a file of lines {@code
 * CELL crash|hang|refuse|exit|sleep}.
 */
final class FakeReplay implements CellBody {
    public static void main(String[] args) {
        System.exit(Main.run(args, FakeReplay.class, new FakeReplay()));
    }

    @Override
    public TraceFacts examine(CellRequest request) throws IOException {
        String text = Files.readString(Path.of(request.trace()));
        if (text.contains("junk")) {
            throw new IllegalArgumentException(request.traceName() + ":1: no trace\nsecond line");
        }
        return Cells.TRACE;
    }

    @Override
    public CellResult run(CellRequest request) throws IOException {
        for (String line : Files.readAllLines(Path.of(request.trace()))) {
            if (line.startsWith(request.name() + " ")) {
                act(line.substring(line.indexOf(' ') + 1));
            }
        }
        if (request.traceOutput() != null) {
            Files.writeString(Path.of(request.traceOutput()), "trace of " + request.name());
        }
        return Cells.cell(request.strategy(), request.block());
    }

    private static void act(String what) {
        switch (what) {
            case "crash" -> throw new IllegalStateException("baton lost");
            case "refuse" -> throw new IllegalArgumentException("cpus=9 > LIMIT=2");
            case "exit" -> Runtime.getRuntime().halt(7);
            case "sleep" -> sleep(300);
            case "hang" -> sleep(60_000);
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
