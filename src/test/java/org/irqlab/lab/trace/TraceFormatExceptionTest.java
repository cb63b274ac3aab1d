package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;

/** Bad input: one line that says where, what, and what to do. */
@Timeout(30)
class TraceFormatExceptionTest {
    private static final String EVENT =
            "          <idle>-0       [001] d.h1.  2297.669254: irq_handler_entry: irq=36 name=x\n";

    @TempDir Path folder;

    /** Line 2 of a trace, and the error. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~          <idle>-0       [001] d.h1.  2297.669253: x: y~"
                        + "| time goes back by 1 us on CPU 1",
                "~          <idle>-0       [000] d.h1.  2297.669253: x: y~"
                        + "| out of order: 1 us before the event above",
                "~          <idle>-0       [001] d.h1.  90000.669254: x: y~"
                        + "| impossible time: 87703 s after the event before",
                "~          <idle>-0       [001] d.h1.  9999999999.669254: x: y~"
                        + "| impossible time 9999999999 s",
                "~          <idle>-0       [001] d.h1.  2297.669254123: x: y~"
                        + "| this time has 9 digits after the point, those before have 6",
                "~          <idle>-0       [001] d.h1.  2297.6692: x: y~"
                        + "| expected a time with 6 or 9 digits after the point",
                "~          <idle>-0       [001] d.h1.  229766925: x: y~"
                        + "| this time has 0 digits after the point, those before have 6",
                "~          <idle>-0       [001] d.h1.  99999999999999999999.1: x: y~"
                        + "| expected a number of at most 18 digits",
                "~          <idle>-0       [4096] d.h1.  2297.669254: x: y~"
                        + "| CPU 4096 is out of range 0 to 4095",
                "~          <idle>-0       [99999999999] d.h1.  2297.669254: x: y~"
                        + "| CPU 2147483647 is out of range 0 to 4095",
                "~#           entries~ | ~~",
                "~CPU:5000 [LOST 3 EVENTS]~ | CPU 5000 is out of range 0 to 4095",
                "~CPU:1 [LOST x EVENTS]~ | expected a number",
                "~##### CPU x buffer started ####~ | expected a number",
                "~hello~ | expected TASK-PID [CPU] in: hello",
                "~          <idle>-0       [0x1] d.h1.  2297.669254: x: y~ | expected [CPU]",
                "~          <idle>-0       [001] dh  2297.669254: x: y~"
                        + "| expected flags such as d.h1.",
                "~          <idle>-0       [001] d.h1.  2297.669254 x: y~"
                        + "| expected ':' after the time",
                "~          <idle>-0       [001] d.h1.  2297.669254:~"
                        + "| expected the name of an event",
                "~          <idle>-0       [001] d.h1.~ | expected a number",
                "~          <idle>-0       [~ | expected a number",
                "~          <idle>-0       (1~ | expected [CPU]"
            })
    void namesFileLineAndWhatIsWrong(String line, String expected) {
        String trace = EVENT + line + "\n" + EVENT;
        if (expected.isEmpty()) {
            assertEquals(2, read(trace).events());
            return;
        }
        var e = assertThrows(TraceFormatException.class, () -> read(trace));
        assertTrue(e.getMessage().startsWith("t:2: " + expected.strip()), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        assertFalse(e.hint().isEmpty(), e.getMessage());
    }

    @Test
    void refusesCpusThatTheHeaderDoesNotHave() {
        String trace = "# entries-in-buffer/entries-written: 1/1   #P:1\n" + EVENT;
        var e = assertThrows(TraceFormatException.class, () -> read(trace));
        assertTrue(
                e.getMessage().startsWith("t:2: CPU 1 is out of range, the header says #P:1 (if"),
                e.getMessage());
    }

    @Test
    void saysThatTheLastLineIsCut() {
        var e =
                assertThrows(
                        TraceFormatException.class,
                        () -> read(EVENT + EVENT.substring(0, EVENT.length() - 20)));
        assertTrue(e.getMessage().startsWith("t:2: the last line is cut off: "), e.getMessage());
    }

    @Test
    void refusesTracesWithoutEvents() {
        var e = assertThrows(TraceFormatException.class, () -> read("# tracer: nop\n#\n\n"));
        assertTrue(e.getMessage().startsWith("t: has no events ("), e.getMessage());
    }

    @Test
    void asksForTheRateWhenItCannotBeInferred() {
        String trace = EVENT.replace("2297.669254", "14886383382742");
        var e =
                assertThrows(
                        TraceFormatException.class,
                        () -> reader("t", trace, OptionalDouble.empty()).read(event -> {}));
        assertTrue(e.getMessage().contains("give the rate with --tsc-mhz"), e.getMessage());
    }

    @Test
    void tellsMissingEmptyAndForeignFilesApart() throws IOException {
        fails(folder.resolve("none"), "no such file");
        fails(folder, "is a directory (name a trace file in it)");
        fails(write("empty", new byte[0]), "is empty");
        fails(
                write("t.dat", "\u0017\u0008Dtracing6\0".getBytes(StandardCharsets.ISO_8859_1)),
                "is a trace-cmd binary");
        fails(
                write("perf.data", "PERFILE2........".getBytes(StandardCharsets.ISO_8859_1)),
                "is a perf binary");
        fails(
                write("t.zst", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0, 0, 0, 0}),
                "is zstd-compressed (unpack it with zstd -d)");
        fails(
                write("t.xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 0, 0, 0}),
                "is xz-compressed");
    }

    @Test
    void saysWhereAGzipFileIsCutOrCorrupt() throws IOException {
        byte[] whole = bundled();
        Path cut = write("cut.gz", Arrays.copyOf(whole, whole.length / 2));
        var e =
                assertThrows(
                        TraceFormatException.class, () -> new TracefsReader(cut).read(x -> {}));
        assertTrue(e.getMessage().contains(": the gzip file is cut off here ("), e.getMessage());
        assertTrue(e.line() > 10_000 && e.line() < 20_000, e.getMessage());

        fails(write("short.gz", Arrays.copyOf(whole, 5)), "the gzip file is cut off");
        byte[] corrupt = whole.clone();
        Arrays.fill(corrupt, whole.length / 2, whole.length / 2 + 64, (byte) 0xff);
        Path bad = write("corrupt.gz", corrupt);
        var b =
                assertThrows(
                        TraceFormatException.class, () -> new TracefsReader(bad).read(x -> {}));
        assertTrue(b.line() > 1, b.getMessage());
        fails(
                write("header.gz", new byte[] {0x1f, (byte) 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9}),
                "cannot be opened");
    }

    @Test
    void refusesBinaryJunk() throws IOException {
        byte[] junk = new byte[1 << 20];
        new Random(1).nextBytes(junk);
        junk[0] = 'x';
        Path file = write("junk", junk);
        assertThrows(TraceFormatException.class, () -> new TracefsReader(file).read(x -> {}));
        Arrays.fill(junk, (byte) 'x');
        fails(write("long", junk), "a line of more than 65536 bytes");
    }

    @Test
    void refusesARateThatIsNone() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> reader("t", EVENT, OptionalDouble.of(0)));
        assertEquals("tscMhz=0.0 <= LIMIT=0", e.getMessage());
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static void fails(Path file, String what) {
        var e =
                assertThrows(
                        TraceFormatException.class, () -> new TracefsReader(file).read(x -> {}));
        assertTrue(e.getMessage().startsWith(file + ":"), e.getMessage());
        assertTrue(e.getMessage().contains(": " + what), e.getMessage());
    }

    private static byte[] bundled() throws IOException {
        try (InputStream in =
                TraceFormatExceptionTest.class.getResourceAsStream(
                        "/traces/fio-randread-qd1.trace.gz")) {
            return in.readAllBytes();
        }
    }

    private static TraceReading read(String trace) {
        return reader("t", trace, OptionalDouble.of(1000)).read(event -> {});
    }

    private static TracefsReader reader(String name, String trace, OptionalDouble mhz) {
        return new TracefsReader(
                TraceInput.bytes(name, trace.getBytes(StandardCharsets.ISO_8859_1)), mhz);
    }
}
