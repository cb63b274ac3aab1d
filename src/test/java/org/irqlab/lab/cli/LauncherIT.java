package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The launcher script in a project of its own, with a Maven that copies the finished jar. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LauncherIT {
    private static final String FAKE_MAVEN =
            """
            #!/bin/sh
            echo "$*" >>"%1$s/builds"
            [ -e "%1$s/broken" ] && { printf '\\033[31mcannot compile\\033[0m\\n'; exit 1; }
            for a in "$@"; do case $a in -Dirqlab.target=*) target=${a#*=} ;; esac; done
            mkdir -p "$target"
            sleep 1
            cp "%2$s" "$target/irqlab.jar"
            """;

    @TempDir Path dir;
    private Path project;

    @BeforeEach
    void plantProject() throws IOException {
        project = Files.createDirectory(dir.resolve("a project"));
        Files.createDirectories(project.resolve("src/main/java"));
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        install(Files.readString(Path.of("irqlab")));
        Path bin = Files.createDirectory(dir.resolve("bin"));
        String maven = FAKE_MAVEN.formatted(dir, System.getProperty("irqlab.jar"));
        executable(Files.writeString(bin.resolve("mvn"), maven));
    }

    @Test
    void buildsOnceAndAgainOnlyForNewerSources() throws Exception {
        assertEquals(new Run(0, "irqlab 0.1.0-SNAPSHOT"), version());
        version();
        assertEquals(1, builds());
        Path source = Files.writeString(project.resolve("src/main/java/A.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
        version();
        assertEquals(2, builds());
    }

    @Test
    void buildsOnceForThreeFirstUsersAtOnce() throws Exception {
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 3; i++) {
            processes.add(start());
        }
        for (Process process : processes) {
            assertEquals(0, result(process).exit());
        }
        assertEquals(1, builds());
        try (var left = Files.list(project.resolve("target/launcher"))) {
            assertEquals(List.of("irqlab.jar"), left.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void takesOverTheLockOfADeadBuild() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Path lock = Files.createDirectories(project.resolve("target/launcher/lock"));
        Files.writeString(lock.resolve("pid"), Long.toString(dead.pid()));
        assertEquals(0, version().exit());
    }

    @Test
    void showsWhyABuildFailedWithoutEscapeSequences() throws Exception {
        Files.createFile(dir.resolve("broken"));
        Run run = version();
        assertEquals(1, run.exit());
        assertTrue(run.text().contains("cannot compile"), run.text());
        assertFalse(run.text().contains("\033"), run.text());
    }

    @Test
    void saysWhatToInstallWithoutJdk25() throws Exception {
        install(
                Files.readString(Path.of("irqlab"))
                        .replace("JAVA_VERSION=\"25", "JAVA_VERSION=\"99"));
        Run run = version();
        assertEquals(69, run.exit());
        assertTrue(run.text().startsWith("irqlab: needs a JDK 25: install one"), run.text());
        assertEquals(1, run.text().lines().count());
    }

    @Test
    void startsThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("bin/irqlab"), project.resolve("irqlab"));
        assertEquals(0, result(start(link)).exit());
        assertEquals(1, builds());
    }

    private record Run(int exit, String text) {}

    private Run version() throws Exception {
        return result(start());
    }

    private Process start() throws IOException {
        return start(project.resolve("irqlab"));
    }

    private Process start(Path launcher) throws IOException {
        var builder = new ProcessBuilder(launcher.toString(), "--version");
        builder.directory(dir.toFile()).redirectErrorStream(true);
        builder.environment().merge("PATH", dir.resolve("bin").toString(), (a, b) -> b + ":" + a);
        builder.environment().put("IRQLAB_JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    private static Run result(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes());
        int exit = process.waitFor();
        // The message of a build under way is not a result.
        return new Run(exit, text.replaceAll("irqlab: building with .*\n", "").strip());
    }

    private long builds() throws IOException {
        return Files.readAllLines(dir.resolve("builds")).size();
    }

    private void install(String script) throws IOException {
        executable(Files.writeString(project.resolve("irqlab"), script));
    }

    private static void executable(Path file) {
        assertTrue(file.toFile().setExecutable(true));
    }
}
