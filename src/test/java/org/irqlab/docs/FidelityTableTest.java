package org.irqlab.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

@Timeout(30)
class FidelityTableTest {
    private static final Path SOURCES = Path.of("src/main/java/org/irqlab");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

    @Test
    void listsEverySimplificationOfTheCodeAndNoOther() throws IOException {
        var listed =
                ROW.matcher(Files.readString(Path.of("docs/fidelity.md")))
                        .results()
                        .map(row -> row.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
        try (var files = Files.walk(SOURCES)) {
            var marked =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .filter(FidelityTableTest::simplifies)
                            .map(file -> SOURCES.relativize(file).toString())
                            .map(name -> name.substring(0, name.length() - ".java".length()))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(marked, listed);
        }
    }

    private static boolean simplifies(Path file) {
        try {
            return Files.readString(file).contains("SIMPLIFIED:");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
