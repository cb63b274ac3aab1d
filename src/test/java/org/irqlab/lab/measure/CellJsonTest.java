package org.irqlab.lab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.Cells;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CellJsonTest {
    private final CellJson json = new CellJson();
    @TempDir Path dir;

    @Test
    void cellComesBackAsItWas() throws IOException {
        CellResult cell = Cells.cell(Strategy.ORIGINAL, 2);
        Path file = dir.resolve("cell.json");
        json.write(file, cell);
        CellResult back = json.read(file, CellResult.class);
        assertEquals(cell, back);
        var top = back.sources().getFirst().stages().get(Stage.TOP);
        assertEquals(2000, top.all().getTotalCount());
        assertEquals(1800, top.clean().getTotalCount());
        assertTrue(Files.size(file) < 200_000, "size " + Files.size(file));
    }

    @Test
    void requestComesBackAsItWas() throws IOException {
        var request =
                new CellRequest(
                        "t.gz",
                        "t",
                        Strategy.THREADED,
                        Platform.ARM64,
                        3,
                        7,
                        2596.122,
                        true,
                        "c.json",
                        true,
                        null);
        Path file = dir.resolve("request.json");
        json.write(file, request);
        assertEquals(request, json.read(file, CellRequest.class));
        assertEquals("threaded/3", request.name());
    }

    @Test
    void brokenFileIsReportedWithItsName() throws IOException {
        Path file = Files.writeString(dir.resolve("cell.json"), "{\"strategy\":");
        var broken = assertThrows(IOException.class, () -> json.read(file, CellResult.class));
        assertTrue(broken.getMessage().startsWith(file + ": "), broken.getMessage());
    }

    @Test
    void brokenHistogramIsReportedWithItsFile() throws IOException {
        Path file = Files.writeString(dir.resolve("stage.json"), "{\"all\":\"AAAA\"}");
        var broken = assertThrows(IOException.class, () -> json.read(file, StageResult.class));
        assertTrue(broken.getMessage().contains("not a histogram"), broken.getMessage());
    }
}
