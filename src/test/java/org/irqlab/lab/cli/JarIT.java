package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged program. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class JarIT {
    @TempDir Path dir;

    @Test
    void saysItsVersion() throws Exception {
        assertEquals("irqlab 0.1.0-SNAPSHOT\n", irqlab("--version").out());
    }

    @Test
    void explainsItsCommandsAndExitCodes() throws Exception {
        var help = irqlab("replay", "--help");
        assertEquals(0, help.exit());
        assertTrue(help.out().contains("--what-if"), help.out());
        assertTrue(help.out().contains("Exit codes:"), help.out());
        var overview = irqlab();
        assertTrue(overview.out().contains("replay"), overview.out());
        assertTrue(!overview.out().contains("\n  cell "), overview.out());
    }

    @Test
    void refusesAnUnknownCommandInOneLine() throws Exception {
        var ended = irqlab("repaly");
        assertEquals(2, ended.exit());
        assertTrue(ended.onlyErrorLine().contains("did you mean replay?"), ended.err());
    }

    @Test
    void refusesAnUnknownStrategyInOneLine() throws Exception {
        var ended = irqlab("replay", "--what-if=fast");
        assertEquals(2, ended.exit());
        assertTrue(ended.onlyErrorLine().startsWith("irqlab: strategy=fast"), ended.err());
    }

    private Program.Ended irqlab(String... arguments) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new Program(dir, List.of(java, "-jar", System.getProperty("irqlab.jar")), arguments)
                .end();
    }
}
