package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

import java.nio.charset.StandardCharsets;

/**
 * A place in one line of text, and the small steps from which the parsers are made. Bytes at and
 * beyond {@link #end} do not belong to the line.
 *
 * <p><b>Threads.</b> One.
 */
@HotPath
final class Cursor {
    private static final int MOST_DIGITS = 18;
    private static final int MOST_HEX_DIGITS = 16;
    private static final int SHOWN_BYTES = 160;

    final String file;
    byte[] text;
    int lineStart;
    int at;
    int end;
    long line;

    /** What is being read, and how it should look, for error messages. */
    EventKind kind;

    Cursor(String file) {
        this.file = file;
    }

    boolean atEnd() {
        return at >= end;
    }

    void skipBlanks() {
        while (at < end && isBlank(text[at])) {
            at++;
        }
    }

    void trimEnd() {
        while (end > at && isBlank(text[end - 1])) {
            end--;
        }
    }

    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** Steps over {@code literal} if it is here. */
    boolean take(byte[] literal) {
        if (!isHere(literal, at)) {
            return false;
        }
        at += literal.length;
        return true;
    }

    /** Steps over blanks and {@code literal}. */
    void expect(byte[] literal) {
        skipBlanks();
        if (!take(literal)) {
            throw malformed("'" + new String(literal, StandardCharsets.US_ASCII).strip() + "'");
        }
    }

    boolean isHere(byte[] literal, int place) {
        if (place + literal.length > end) {
            return false;
        }
        for (int i = 0; i < literal.length; i++) {
            if (text[place + i] != literal[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns where {@code literal} begins next, at most {@code within} bytes ahead, or fails.
     *
     * @param literal begins with a blank
     */
    int find(byte[] literal, int within) {
        int place = search(literal, within);
        if (place < 0) {
            throw malformed("'" + new String(literal, StandardCharsets.US_ASCII).strip() + "'");
        }
        return place;
    }

    /** As {@link #find}, but -1 if it is not there. */
    int search(byte[] literal, int within) {
        int last = Math.min(end - literal.length, at + within);
        for (int i = at; i <= last; i++) {
            if (text[i] == ' ' && isHere(literal, i)) {
                return i;
            }
        }
        return -1;
    }

    /** Reads a number without sign. */
    long number() {
        int start = at;
        long value = 0;
        while (at < end && isDigit(text[at])) {
            value = value * 10 + (text[at++] - '0');
        }
        int digits = at - start;
        if (digits == 0 || digits > MOST_DIGITS) {
            throw malformed(digits == 0 ? "a number" : "a number of at most 18 digits");
        }
        return value;
    }

    /** Reads a number that may have a sign. */
    int integer() {
        boolean negative = at < end && text[at] == '-';
        if (negative) {
            at++;
        }
        long value = number();
        if (value > Integer.MAX_VALUE) {
            throw malformed("a number below 2^31");
        }
        return (int) (negative ? -value : value);
    }

    /** As {@link #integer()}, 0 to {@code most}. */
    int integerUpTo(int most) {
        int value = integer();
        if (value < 0 || value > most) {
            throw malformed("a number from 0 to " + most);
        }
        return value;
    }

    /**
     * Reads what %p prints: an address in hex, 0 for {@code (null)}, and a hash of the text for
     * names and {@code (____ptrval____)}.
     */
    long address() {
        int start = at;
        if (isHere(HEX_PREFIX, at)) {
            at += HEX_PREFIX.length;
        }
        int digitsStart = at;
        long value = 0;
        int digit;
        while (at < end && (digit = hexDigit(text[at])) >= 0) {
            value = value << 4 | digit;
            at++;
        }
        int digits = at - digitsStart;
        if (digits > 0 && digits <= MOST_HEX_DIGITS && (at == end || !isName(text[at]))) {
            return value;
        }
        at = start;
        return symbol();
    }

    private static final byte[] HEX_PREFIX = {'0', 'x'};
    private static final byte[] NULL = "(null)".getBytes(StandardCharsets.US_ASCII);

    private long symbol() {
        if (take(NULL)) {
            return 0;
        }
        long hash = 0xcbf29ce484222325L;
        int start = at;
        while (at < end && text[at] != ' ' && text[at] != ':') {
            hash = (hash ^ text[at++]) * 0x100000001b3L;
        }
        if (at == start) {
            throw malformed("an address");
        }
        return hash;
    }

    private static int hexDigit(byte b) {
        if (isDigit(b)) {
            return b - '0';
        }
        int letter = (b | 0x20) - 'a';
        return letter >= 0 && letter < 6 ? letter + 10 : -1;
    }

    private static boolean isName(byte b) {
        return b != ' ' && b != ':' && b != '\t' && b != '\r';
    }

    /** The error that something is not where it belongs. */
    TraceFormatException malformed(String expected) {
        if (kind == null || kind == EventKind.OTHER) {
            return failure(
                    "expected " + expected + " in: " + shown(),
                    "not a line of tracefs text; give the file /sys/kernel/tracing/trace");
        }
        return failure(
                "malformed " + kind.text() + ": expected " + expected + " in: " + shown(),
                "the kernel prints: " + EventArguments.grammar(kind));
    }

    TraceFormatException failure(String what, String hint) {
        return new TraceFormatException(file, line, what, hint);
    }

    /** Returns the line as far as it can be shown in one. */
    String shown() {
        int start = lineStart;
        int stop = Math.min(end, start + SHOWN_BYTES);
        var out = new StringBuilder();
        for (int i = start; i < stop; i++) {
            int b = text[i] & 0xff;
            out.append(b >= 0x20 && b < 0x7f ? (char) b : '.');
        }
        return out.toString().strip() + (stop < end ? "..." : "");
    }
}
