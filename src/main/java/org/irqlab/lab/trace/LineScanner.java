package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.ZipException;

/**
 * Cuts a stream into lines inside one buffer of fixed size.
 *
 * <p><b>Threads.</b> One. Allocates nothing after construction.
 */
final class LineScanner implements AutoCloseable {
    /** No line of a trace comes near this; what is longer is not text. */
    static final int LONGEST_LINE_BYTES = 1 << 16;

    /** Bytes beyond the text that may be read, not used, by parsers that go in words. */
    static final int SLACK_BYTES = Long.BYTES;

    private static final int BUFFER_BYTES = 1 << 18;
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String file;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES + SLACK_BYTES];
    private int next;
    private int limit;
    private boolean ended;
    private long line;
    private boolean unterminated;

    LineScanner(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /** Returns how many lines were handed out. */
    long lines() {
        return line;
    }

    /** Returns whether the last line handed out had no line end: the file is cut there. */
    boolean unterminated() {
        return unterminated;
    }

    /** Sets {@code cursor} to the next line, without its line end; false at the end. */
    @HotPath
    boolean next(Cursor cursor) {
        int stop = newline(next);
        while (stop < 0 && !ended) {
            int searched = limit - next;
            fill();
            stop = newline(next + searched);
        }
        if (stop < 0) {
            if (next == limit) {
                return false;
            }
            unterminated = true;
            stop = limit;
        }
        line++;
        cursor.text = buffer;
        cursor.lineStart = next;
        cursor.at = next;
        cursor.end = stop;
        cursor.line = line;
        next = Math.min(stop + 1, limit);
        return true;
    }

    private int newline(int from) {
        int i = from;
        for (; i + Long.BYTES <= limit; i += Long.BYTES) {
            // The lowest byte that becomes zero is exact; higher ones may be false hits.
            long word = (long) WORD.get(buffer, i) ^ 0x0a0a0a0a0a0a0a0aL;
            long hits = (word - 0x0101010101010101L) & ~word & 0x8080808080808080L;
            if (hits != 0) {
                return i + (Long.numberOfTrailingZeros(hits) >>> 3);
            }
        }
        for (; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void fill() {
        if (limit - next > LONGEST_LINE_BYTES) {
            throw new TraceFormatException(
                    file,
                    line + 1,
                    "a line of more than " + LONGEST_LINE_BYTES + " bytes",
                    "binary, not tracefs text; give the file /sys/kernel/tracing/trace");
        }
        System.arraycopy(buffer, next, buffer, 0, limit - next);
        limit -= next;
        next = 0;
        int read = read(limit, BUFFER_BYTES - limit);
        if (read < 0) {
            ended = true;
        } else {
            limit += read;
        }
    }

    private int read(int at, int length) {
        try {
            return in.read(buffer, at, length);
        } catch (EOFException e) {
            throw new TraceFormatException(
                    file, line + 1, "the gzip file is cut off here", "copy it again", e);
        } catch (ZipException e) {
            throw new TraceFormatException(
                    file,
                    line + 1,
                    "the gzip file is corrupt here: " + e.getMessage(),
                    "copy it again",
                    e);
        } catch (IOException e) {
            throw new TraceFormatException(
                    file, line + 1, "cannot be read: " + e.getMessage(), "", e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new TraceFormatException(file, 0, "cannot be closed: " + e.getMessage(), "", e);
        }
    }
}
