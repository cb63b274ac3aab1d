package org.irqlab.lab.measure;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another JVM like this one: same executable, flags and classes. */
public record JavaCommand(List<String> prefix) {
    /** Returns the command up to and without the arguments of {@code main}. */
    public static JavaCommand likeThisProcess(Class<?> main) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        String classes = System.getProperty("java.class.path");
        // Only -jar honours the manifest's Add-Opens and Enable-Native-Access.
        boolean jar =
                System.getProperty("sun.java.command", "").startsWith(classes)
                        && classes.endsWith(".jar");
        command.addAll(jar ? List.of("-jar", classes) : List.of("-cp", classes, main.getName()));
        return new JavaCommand(List.copyOf(command));
    }

    /** Returns this JVM's flags, those of a debugger left out: its port is taken. */
    public static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(f -> !f.startsWith("-agentlib:jdwp") && !f.startsWith("-Xrunjdwp"))
                .toList();
    }
}
