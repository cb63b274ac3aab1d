package org.irqlab.lab.measure;

import org.irqlab.base.time.HostClock;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Runs cells, each in a fresh JVM that gets its request as a file and leaves its result as one.
 *
 * <p>In the directory: {@code NAME.request.json}, {@code NAME.json} and {@code NAME.log}, what the
 * cell wrote, with {@code /} in names replaced.
 *
 * <p><b>Threads.</b> One runs cells; {@link #stop} may be called by any, once or more.
 */
public final class CellLauncher {
    private static final int TAIL_LINES = 20;
    private static final int STACK_LINES = 100;
    private static final long TICK_MS = 200;
    private static final long GRACE_MS = 2_000;
    // Exit codes of a JVM ended by SIGINT and SIGTERM.
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;

    private final JavaCommand java;
    private final Path directory;
    private final CellJson json = new CellJson();
    // Guarded by this.
    private Process running;
    private boolean stopped;

    /**
     * @param java a program that understands {@code cell --request FILE --result FILE}
     * @param directory exists
     */
    public CellLauncher(JavaCommand java, Path directory) {
        this.java = java;
        this.directory = directory;
    }

    /** Returns where the result of a cell is left. */
    public Path resultFile(String cell) {
        return directory.resolve(cell.replace('/', '-') + ".json");
    }

    /**
     * Runs one cell to its end.
     *
     * @param timeout after which it counts as hung; its threads are then dumped into its log
     * @param tick called about five times a second with the ns since the start
     */
    public CellOutcome run(CellRequest request, Duration timeout, LongConsumer tick)
            throws IOException, InterruptedException {
        Path result = resultFile(request.name());
        Path log = directory.resolve(request.name().replace('/', '-') + ".log");
        long startNs = HostClock.nowNs();
        Process process = start(request, result, log);
        if (process == null) {
            return new CellOutcome.Stopped();
        }
        try {
            while (!process.waitFor(TICK_MS, TimeUnit.MILLISECONDS)) {
                long elapsedNs = HostClock.nowNs() - startNs;
                if (elapsedNs > timeout.toNanos()) {
                    dumpThreads(process);
                    end(process);
                    String reason = "hung: ended after " + timeout.toSeconds() + " s";
                    return failed(request, reason, stacks(log));
                }
                tick.accept(elapsedNs);
            }
        } finally {
            end(process);
        }
        return outcome(request, process.exitValue(), result, log);
    }

    private synchronized Process start(CellRequest request, Path result, Path log)
            throws IOException {
        if (stopped) {
            return null;
        }
        Path file = directory.resolve(request.name().replace('/', '-') + ".request.json");
        json.write(file, request);
        var command = new ArrayList<>(java.prefix());
        command.addAll(List.of("cell", "--request", file.toString()));
        command.addAll(List.of("--result", result.toString()));
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        // The stack trace of a failure belongs in the log, whose end is reported.
        builder.environment().put("IRQLAB_DEBUG", "1");
        running = builder.start();
        return running;
    }

    private CellOutcome outcome(CellRequest request, int exit, Path result, Path log)
            throws IOException, InterruptedException {
        if (exit == INTERRUPTED || exit == TERMINATED) {
            // Ctrl-C reaches the cell and this process at the same time.
            Thread.sleep(GRACE_MS / 4);
        }
        synchronized (this) {
            if (stopped) {
                return new CellOutcome.Stopped();
            }
        }
        if (exit != 0 || !Files.exists(result)) {
            return failed(request, "ended with exit code " + exit, tail(log));
        }
        return new CellOutcome.Finished(json.read(result, CellResult.class));
    }

    private static CellOutcome failed(CellRequest request, String reason, List<String> output) {
        return new CellOutcome.Failed(
                new CellFailure(request.name(), reason, String.join("\n", output)));
    }

    private static List<String> tail(Path log) throws IOException {
        List<String> lines = lines(log);
        return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    }

    /**
     * Returns the Java stacks of the dump in the log: what follows them are the JVM's own threads.
     */
    private static List<String> stacks(Path log) throws IOException {
        List<String> stacks =
                lines(log).stream()
                        .filter(l -> l.startsWith("\"") || l.startsWith("\tat "))
                        .map(l -> l.startsWith("\"") ? l.substring(0, l.indexOf('"', 1) + 1) : l)
                        .toList();
        return stacks.subList(0, Math.min(STACK_LINES, stacks.size()));
    }

    private static List<String> lines(Path log) throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    }

    /** Ends the running cell; no other is started. */
    public void stop() {
        Process process;
        synchronized (this) {
            stopped = true;
            process = running;
        }
        if (process != null) {
            process.destroy();
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(GRACE_MS, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private static void dumpThreads(Process process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
        Thread.sleep(GRACE_MS / 4);
    }
}
