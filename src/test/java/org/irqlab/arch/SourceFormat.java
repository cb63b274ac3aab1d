package org.irqlab.arch;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The project's format, google-java-format in AOSP style: checked by a test, applied by {@code
 * main}.
 */
public final class SourceFormat {
    private static final List<String> ROOTS =
            List.of("src/main/java", "src/test/java", "stress/java", "perf/java");
    private final Formatter formatter =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    private String format(String source) throws FormatterException {
        return formatter.formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(source));
    }

    /**
     * Finds, and with {@code rewrite} corrects, the Java files below {@code project} that are not
     * formatted.
     *
     * @return the files that differed from their formatted text
     */
    List<Path> differing(Path project, boolean rewrite) throws IOException, FormatterException {
        var differing = new ArrayList<Path>();
        for (String root : ROOTS) {
            if (!Files.isDirectory(project.resolve(root))) {
                continue;
            }
            try (var files = Files.walk(project.resolve(root))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String source = Files.readString(file);
                    String formatted = format(source);
                    if (!formatted.equals(source)) {
                        differing.add(file);
                        if (rewrite) {
                            Files.writeString(file, formatted);
                        }
                    }
                }
            }
        }
        return differing;
    }

    public static void main(String[] args) throws Exception {
        new SourceFormat()
                .differing(Path.of(args[0]), true)
                .forEach(f -> System.out.println("formatted " + f));
    }
}
