package org.irqlab.lab.cli;

import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellJson;
import org.irqlab.lab.measure.CellRequest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** One cell of a replay, in the JVM that was forked for it. */
@Command(name = "cell", hidden = true, description = "Runs one cell of a replay.")
final class CellCommand implements Callable<Integer> {
    private final CellBody body;

    @Option(names = "--request", required = true)
    private Path request;

    @Option(names = "--result", required = true)
    private Path result;

    CellCommand(CellBody body) {
        this.body = body;
    }

    @Override
    public Integer call() throws Exception {
        var json = new CellJson();
        json.write(result, body.run(json.read(request, CellRequest.class)));
        return 0;
    }
}
