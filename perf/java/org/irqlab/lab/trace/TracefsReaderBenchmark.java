package org.irqlab.lab.trace;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * Lines per second of the bundled trace (87 bytes a line), from memory. An operation is one line.
 *
 * <p>{@code linesOnly} cuts lines and looks at nothing in them: the bound of any reader. {@code
 * readGzip} is bound by the inflater.
 *
 * <p>With {@code -prof gc} a pass shows about 20 B/op: its buffers and tables, some 0.5 MB for 26 k
 * lines, however long the trace is; an event allocates nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TracefsReaderBenchmark {
    private static final int LINES = 26266;

    private TraceInput gzip;
    private TraceInput plain;
    private TracefsReader plainReader;
    private TracefsReader gzipReader;
    private long sum;

    /** Inflates the trace and lets the readers find out its clock. */
    @Setup
    public void inflate() throws IOException {
        gzip = TraceInput.bundled("fio-randread-qd1");
        try (InputStream in = gzip.open()) {
            plain = TraceInput.bytes("plain", in.readAllBytes());
        }
        plainReader = new TracefsReader(plain, OptionalDouble.empty());
        gzipReader = new TracefsReader(gzip, OptionalDouble.empty());
        long lines = plainReader.read(event -> {}).lines();
        if (lines != LINES || gzipReader.read(event -> {}).lines() != LINES) {
            throw new IllegalStateException("lines=" + lines + " != LIMIT=" + LINES);
        }
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long linesOnly() {
        var cursor = new Cursor("plain");
        try (var scanner = new LineScanner("plain", plain.open())) {
            while (scanner.next(cursor)) {
                sum += cursor.end;
            }
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long read() {
        plainReader.read(event -> sum += event.timeNs);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public long readGzip() {
        gzipReader.read(event -> sum += event.timeNs);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LINES)
    public TraceSummary inventory() {
        var inventory = new TraceInventory(plainReader.names());
        return inventory.summary(plainReader.read(inventory));
    }
}
