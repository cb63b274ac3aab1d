package org.irqlab.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.tools.ToolProvider;

/** The program in the README compiles and does what the text says. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReadmeExampleTest {
    private static final int MOST_LINES = 60;

    @TempDir Path work;

    @Test
    void compilesAndCountsEveryPacketUnderBothDeferrals() throws Exception {
        String program = program();
        assertTrue(program.lines().count() <= MOST_LINES, "the example stays small");
        Path source = work.resolve("MyNic.java");
        Files.writeString(source, program);
        String classPath = System.getProperty("java.class.path");
        var errors = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var files = compiler.getStandardFileManager(null, null, null);
        boolean compiled =
                compiler.getTask(
                                errors,
                                files,
                                null,
                                List.of("-d", work.toString(), "-cp", classPath, "-proc:none"),
                                null,
                                files.getJavaFileObjects(source))
                        .call();
        assertTrue(compiled, errors::toString);

        var java =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        work + System.getProperty("path.separator") + classPath,
                        "MyNic");
        Process process = java.redirectErrorStream(true).start();
        var output = new ByteArrayOutputStream();
        process.getInputStream().transferTo(output);
        assertEquals(0, process.waitFor(), output::toString);
        List<String> lines = output.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(2, lines.size(), lines::toString);
        for (String line : lines) {
            assertTrue(line.contains(": 2000 packets, p50 "), line);
        }
    }

    private static String program() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        int from = readme.indexOf("```java\n") + "```java\n".length();
        return readme.substring(from, readme.indexOf("```\n", from));
    }
}
