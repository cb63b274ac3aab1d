package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

/**
 * Reads what is before the arguments: {@code COMM-PID [(TGID)] [CPU] [FLAGS] STAMP: EVENT:}.
 *
 * <p>The kernel right-aligns a task's name, which may hold any byte, in 16 columns; flags have 5
 * characters, 4 before Linux 5.18, and are absent with the option noirq-info.
 */
@HotPath
final class LinePrefix {
    private static final int COMM_COLUMNS = 16;
    private static final int FEWEST_FLAGS = 3;
    private static final int MOST_FLAGS = 6;
    private static final long HIGHEST_SECOND = 8_000_000_000L;
    private static final long MICROS = 1_000_000;
    private static final long NANOS = 1_000_000_000;

    private final ByteNames names;

    /** Text without the ':' after the event's name, such as a stack trace, is refused. */
    boolean strict;

    /** Digits after the point of the last stamp: 6, 9, or 0 for a counter. */
    int fractionDigits;

    /** The last stamp, in units of its last digit. */
    long stamp;

    /** Whether the last line had the column of flags. */
    boolean flags;

    /** The last line's event name. */
    int eventNameId;

    LinePrefix(ByteNames names) {
        this.names = names;
    }

    void parse(Cursor c, TraceEvent event) {
        task(c, event);
        if (c.at < c.end && c.text[c.at] == '(') {
            threadGroup(c);
        }
        if (c.atEnd() || c.text[c.at] != '[') {
            throw c.malformed("[CPU]");
        }
        c.at++;
        long cpu = c.number();
        event.cpu = (int) Math.min(cpu, Integer.MAX_VALUE);
        if (c.atEnd() || c.text[c.at] != ']') {
            throw c.malformed("[CPU]");
        }
        c.at++;
        c.skipBlanks();
        flags(c, event);
        stamp(c);
        eventName(c);
    }

    private void task(Cursor c, TraceEvent event) {
        int dash = dash(c);
        int start = c.at;
        while (start < dash && Cursor.isBlank(c.text[start])) {
            start++;
        }
        event.commId = names.id(c, start, dash);
        c.at = dash + 1;
        event.pid = c.integer();
        c.skipBlanks();
    }

    /** Returns the place of the dash between name and pid; the name may hold dashes too. */
    private int dash(Cursor c) {
        int aligned = c.at + COMM_COLUMNS;
        if (isBeforePid(c, aligned)) {
            return aligned;
        }
        int start = c.at;
        while (start < c.end && Cursor.isBlank(c.text[start])) {
            start++;
        }
        for (int i = start + COMM_COLUMNS; i > start; i--) {
            if (isBeforePid(c, i)) {
                return i;
            }
        }
        throw c.malformed("TASK-PID [CPU]");
    }

    private static boolean isBeforePid(Cursor c, int dash) {
        byte[] text = c.text;
        if (dash >= c.end || text[dash] != '-') {
            return false;
        }
        int i = dash + 1;
        while (i < c.end && Cursor.isDigit(text[i])) {
            i++;
        }
        int digits = i - dash - 1;
        int blanks = i;
        while (i < c.end && text[i] == ' ') {
            i++;
        }
        return digits > 0 && i > blanks && i < c.end && (text[i] == '[' || text[i] == '(');
    }

    private static void threadGroup(Cursor c) {
        while (c.at < c.end && c.text[c.at] != ')') {
            c.at++;
        }
        c.at++;
        c.skipBlanks();
    }

    private void flags(Cursor c, TraceEvent event) {
        int start = c.at;
        while (c.at < c.end && c.text[c.at] != ' ') {
            c.at++;
        }
        int length = c.at - start;
        flags = length > 0 && !Cursor.isDigit(c.text[start]);
        if (!flags) {
            c.at = start;
            event.irqsOff = false;
            event.needResched = false;
            event.context = '.';
            return;
        }
        if (length < FEWEST_FLAGS || length > MOST_FLAGS) {
            throw c.malformed("flags such as d.h1.");
        }
        byte irqs = c.text[start];
        event.irqsOff = irqs == 'd' || irqs == 'D';
        event.needResched = c.text[start + 1] != '.';
        event.context = (char) (c.text[start + 2] & 0xff);
        c.skipBlanks();
    }

    private void stamp(Cursor c) {
        long whole = c.number();
        fractionDigits = 0;
        stamp = whole;
        if (c.at < c.end && c.text[c.at] == '.') {
            c.at++;
            int start = c.at;
            long fraction = c.number();
            fractionDigits = c.at - start;
            if (fractionDigits != 6 && fractionDigits != 9) {
                throw c.malformed("a time with 6 or 9 digits after the point");
            }
            if (whole > HIGHEST_SECOND) {
                throw c.failure("impossible time " + whole + " s", "the line is damaged");
            }
            stamp = whole * (fractionDigits == 6 ? MICROS : NANOS) + fraction;
        }
        if (c.atEnd() || c.text[c.at] != ':') {
            throw c.malformed("':' after the time");
        }
        c.at++;
        c.skipBlanks();
    }

    private void eventName(Cursor c) {
        int start = c.at;
        while (c.at < c.end && c.text[c.at] != ':' && c.text[c.at] != ' ') {
            c.at++;
        }
        if (c.at == start) {
            throw c.malformed("the name of an event");
        }
        eventNameId = names.id(c, start, c.at);
        if (c.at < c.end && c.text[c.at] == ':') {
            c.at++;
        } else if (strict) {
            throw c.malformed("':' after the name of the event");
        }
    }
}
