package org.irqlab.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files in which Linux describes the machine, below {@code /} or below a recorded tree.
 *
 * <p>A file that is missing, unreadable or not in the expected form is an absent answer: containers
 * hide files, and kernels differ.
 */
public final class HostFiles {
    private final Path root;

    private HostFiles(Path root) {
        this.root = root;
    }

    /** Returns the files of the running machine. */
    public static HostFiles live() {
        return new HostFiles(Path.of("/"));
    }

    /**
     * Returns the files of a tree that was recorded, with {@code proc} and {@code sys} below it.
     */
    public static HostFiles below(Path root) {
        return new HostFiles(root);
    }

    /** Returns a file's text without surrounding space; empty if there is none. */
    Optional<String> text(String path) {
        try {
            byte[] bytes = Files.readAllBytes(root.resolve(path));
            return Optional.of(new String(bytes, StandardCharsets.UTF_8).strip())
                    .filter(text -> !text.isEmpty());
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    /** Returns a file's lines; none if it cannot be read. */
    List<String> lines(String path) {
        return text(path).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** Returns a file's CPU list; empty if it cannot be read as one. */
    Optional<CpuList> cpus(String path) {
        try {
            return text(path).map(CpuList::parse);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns a file's number; empty if it is not one. */
    Optional<Integer> number(String path) {
        try {
            return text(path).map(Integer::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Returns the sorted names in a directory that begin with {@code prefix}. */
    List<String> names(String directory, String prefix) {
        try (var entries = Files.list(root.resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException | SecurityException e) {
            return List.of();
        }
    }
}
