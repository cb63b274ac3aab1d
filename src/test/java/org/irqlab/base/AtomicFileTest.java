package org.irqlab.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AtomicFileTest {
    @TempDir Path dir;

    @Test
    void replacesAFile() throws IOException {
        Path file = Files.writeString(dir.resolve("a"), "old");
        AtomicFile.write(file, out -> out.write("new".getBytes()));
        assertEquals("new", Files.readString(file));
        assertEquals(List.of(file), left());
    }

    @Test
    void leavesTheOldFileWhenWritingFails() throws IOException {
        Path file = Files.writeString(dir.resolve("a"), "old");
        assertThrows(
                IOException.class,
                () ->
                        AtomicFile.write(
                                file,
                                out -> {
                                    out.write(1);
                                    throw new IOException("disk full");
                                }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), left());
    }

    @Test
    void followsASymbolicLink() throws IOException {
        Path file = Files.writeString(dir.resolve("a"), "old");
        Path link = Files.createSymbolicLink(dir.resolve("b"), file);
        AtomicFile.write(link, out -> out.write("new".getBytes()));
        assertEquals("new", Files.readString(file));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void doesNotReplaceADevice() throws IOException {
        Path device = Path.of("/dev/null");
        AtomicFile.write(device, out -> out.write(1));
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void namesTheMissingDirectory() {
        Path missing = dir.resolve("no/such");
        var failure =
                assertThrows(
                        NoSuchFileException.class,
                        () -> AtomicFile.write(missing.resolve("a"), out -> {}));
        assertEquals(missing.toString(), failure.getFile());
    }

    private List<Path> left() throws IOException {
        try (var files = Files.list(dir)) {
            return files.toList();
        }
    }
}
