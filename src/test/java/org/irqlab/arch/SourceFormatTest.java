package org.irqlab.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SourceFormatTest {
    @Test
    void everySourceFileIsFormatted() throws Exception {
        assertEquals(
                List.of(),
                new SourceFormat().differing(Path.of(""), false),
                "format with: mvn -q test-compile exec:exec@format");
    }
}
