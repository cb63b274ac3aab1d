package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.support.RecordedHost;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

@Timeout(30)
class SchedStatTest {
    private static final long MS = 1_000_000L;
    @TempDir Path root;

    private Optional<SchedStat> read() {
        return SchedStat.read(HostFiles.below(root), "task");
    }

    private void write(String schedstat, String status) throws Exception {
        Files.createDirectories(root.resolve("task"));
        Files.writeString(root.resolve("task/schedstat"), schedstat);
        Files.writeString(root.resolve("task/status"), status);
    }

    @Test
    void readsTimesAndSwitches() throws Exception {
        write(
                "100 20 3\n",
                "Name:\tcpu/0\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t9\n");
        assertEquals(Optional.of(new SchedStat(100, 20, 3, 7, 9)), read());
        assertEquals(
                new SchedStat(60, 0, 1, 7, 9), read().get().since(new SchedStat(40, 20, 2, 0, 0)));
    }

    @Test
    void isAbsentForAThreadThatEndedOrAKernelThatDoesNotCount() throws Exception {
        assertEquals(Optional.empty(), read());
        write("0 x 0\n", "");
        assertEquals(Optional.empty(), read());
        write("100 20\n", "");
        assertEquals(Optional.empty(), read());
        write("100 20 3\n", "");
        assertEquals(Optional.of(new SchedStat(100, 20, 3, 0, 0)), read());
    }

    @Test
    @Tag("host")
    void countsWhatThisThreadRan() {
        assumeTrue(ThreadPinning.available(), "no thread numbers on this platform");
        Optional<SchedStat> before = SchedStat.of(ThreadPinning.threadId());
        assumeTrue(before.isPresent(), "this kernel keeps no schedstat");
        long endNs = HostClock.nowNs() + 20 * MS;
        while (HostClock.nowNs() - endNs < 0) {
            Thread.onSpinWait();
        }
        SchedStat used = SchedStat.of(ThreadPinning.threadId()).get().since(before.get());
        long accountedNs = used.runNs() + used.waitNs();
        // The running slice is accounted at the tick, at 10 ms where HZ is 100.
        assertTrue(accountedNs >= 8 * MS, () -> "accounted " + used);
        assertTrue(SchedStat.ofProcess().runNs() >= used.runNs());
    }

    @Test
    void stealIsReadPerCpu() throws Exception {
        RecordedHost.unpack("vm-2cpu", root);
        HostSteal earlier = HostSteal.read(HostFiles.below(root));
        assertEquals(Map.of(0, 210 * MS, 1, 260 * MS), earlier.stolenNs());
        Files.writeString(
                root.resolve("proc/stat"), "cpu0 1 2 3 4 5 6 7 23 0 0\ncpu1 1 2\nintr 0\n");
        HostSteal later = HostSteal.read(HostFiles.below(root));
        assertEquals(20 * MS, later.sinceNs(earlier, 0));
        assertEquals(Map.of(0, 230 * MS), later.stolenNs());
    }
}
