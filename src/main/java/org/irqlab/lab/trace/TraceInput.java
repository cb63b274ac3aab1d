package org.irqlab.lab.trace;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Where the text of a trace comes from; can be opened more than once.
 *
 * <p>Gzip is known by its first two bytes, not by the name. Other formats that people have at hand
 * (trace.dat, perf.data, zstd, xz) are known as well, so that the error can say what to do.
 */
public final class TraceInput {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 10;

    private interface Opening {
        InputStream open() throws IOException;
    }

    private final String name;
    private final Opening opening;

    private TraceInput(String name, Opening opening) {
        this.name = name;
        this.opening = opening;
    }

    /** A file, named in errors as {@code path} is written. */
    public static TraceInput file(Path path) {
        return new TraceInput(path.toString(), () -> openFile(path));
    }

    /** A trace that comes with irqlab, such as {@code fio-randread-qd1}. */
    public static TraceInput bundled(String trace) {
        String resource = "/traces/" + trace + ".trace.gz";
        return new TraceInput(
                "bundled:" + trace,
                () -> {
                    InputStream in = TraceInput.class.getResourceAsStream(resource);
                    if (in == null) {
                        throw new FileNotFoundException(resource);
                    }
                    return in;
                });
    }

    /** Text, plain or gzip, that is in memory. */
    public static TraceInput bytes(String name, byte[] content) {
        return new TraceInput(name, () -> new ByteArrayInputStream(content));
    }

    /** Returns the name by which errors and reports call this trace. */
    public String name() {
        return name;
    }

    /**
     * Opens the text, inflated if it was gzip.
     *
     * @throws TraceFormatException if there is nothing to open or it is plainly something else
     */
    InputStream open() {
        try {
            var in = new BufferedInputStream(opening.open(), BUFFER_BYTES);
            try {
                return decoded(in);
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw failure("no such file", "", e);
        } catch (AccessDeniedException e) {
            throw failure("may not be read", "check its permissions", e);
        } catch (IOException e) {
            throw failure("cannot be opened: " + e.getMessage(), "", e);
        }
    }

    private InputStream decoded(BufferedInputStream in) throws IOException {
        in.mark(MAGIC_BYTES);
        byte[] magic = in.readNBytes(MAGIC_BYTES);
        in.reset();
        if (magic.length == 0) {
            throw failure("is empty", "", null);
        }
        if (starts(magic, 0x1f, 0x8b)) {
            if (magic.length < MAGIC_BYTES) {
                throw failure("the gzip file is cut off", "copy it again", null);
            }
            return new GZIPInputStream(in, BUFFER_BYTES);
        }
        String what = foreign(magic);
        if (what != null) {
            throw failure("is " + what.substring(0, what.indexOf('|')), hintOf(what), null);
        }
        return in;
    }

    private static String hintOf(String what) {
        return what.substring(what.indexOf('|') + 1);
    }

    /** Returns "what|hint" for a format that is known but not read, else null. */
    private static String foreign(byte[] magic) {
        if (starts(magic, 0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g')) {
            return "a trace-cmd binary, not tracefs text"
                    + "|record with tracefs, or copy /sys/kernel/tracing/trace";
        }
        if (new String(magic, StandardCharsets.ISO_8859_1).startsWith("PERFILE")) {
            return "a perf binary, not tracefs text|record with tracefs";
        }
        if (starts(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
            return "zstd-compressed|unpack it with zstd -d";
        }
        if (starts(magic, 0xfd, '7', 'z', 'X', 'Z')) {
            return "xz-compressed|unpack it with xz -d";
        }
        return null;
    }

    private static boolean starts(byte[] bytes, int... with) {
        for (int i = 0; i < with.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static InputStream openFile(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new TraceFormatException(
                    path.toString(), 0, "is a directory", "name a trace file in it");
        }
        return Files.newInputStream(path);
    }

    private TraceFormatException failure(String what, String hint, Throwable cause) {
        return new TraceFormatException(name, 0, what, hint, cause);
    }
}
