package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

/**
 * Arguments of the sched events; see {@link EventArguments}.
 *
 * <p>A task's name may hold any byte, also blanks and '=', and is not quoted. It has at most 15, so
 * it ends at the next literal key within that.
 */
@HotPath
final class SchedArguments {
    /** TASK_COMM_LEN is 16 with its end; kernel threads may show more in other places. */
    private static final int LONGEST_COMM_BYTES = 64;

    private static final int LONGEST_STATE_BYTES = 32;
    private static final byte[] PREV_COMM = EventArguments.bytes("prev_comm=");
    private static final byte[] PREV_PID = EventArguments.bytes(" prev_pid=");
    private static final byte[] PREV_PRIO = EventArguments.bytes("prev_prio=");
    private static final byte[] PREV_STATE = EventArguments.bytes("prev_state=");
    private static final byte[] ARROW = EventArguments.bytes(" ==>");
    private static final byte[] NEXT_COMM = EventArguments.bytes("next_comm=");
    private static final byte[] NEXT_PID = EventArguments.bytes(" next_pid=");
    private static final byte[] NEXT_PRIO = EventArguments.bytes("next_prio=");
    private static final byte[] COMM = EventArguments.bytes("comm=");
    private static final byte[] PID = EventArguments.bytes(" pid=");
    private static final byte[] PRIO = EventArguments.bytes("prio=");
    private static final byte[] SUCCESS = EventArguments.bytes("success=");
    private static final byte[] TARGET_CPU = EventArguments.bytes("target_cpu=");
    private static final byte[] ORIGIN_CPU = EventArguments.bytes("orig_cpu=");
    private static final byte[] DESTINATION_CPU = EventArguments.bytes("dest_cpu=");

    private final ByteNames names;

    SchedArguments(ByteNames names) {
        this.names = names;
    }

    void switchTask(Cursor c, TraceEvent event) {
        c.expect(PREV_COMM);
        event.prevCommId = comm(c, PREV_PID, PREV_PRIO);
        event.prevPid = c.integer();
        c.expect(PREV_PRIO);
        event.prevPrio = c.integer();
        c.expect(PREV_STATE);
        int stop = c.find(ARROW, LONGEST_STATE_BYTES);
        if (stop == c.at) {
            throw c.malformed("a task state");
        }
        event.prevState = (char) (c.text[c.at] & 0xff);
        event.prevPreempted = c.text[stop - 1] == '+';
        c.at = stop + ARROW.length;
        c.expect(NEXT_COMM);
        event.taskCommId = comm(c, NEXT_PID, NEXT_PRIO);
        event.taskPid = c.integer();
        c.expect(NEXT_PRIO);
        event.taskPrio = c.integer();
    }

    void wakeup(Cursor c, TraceEvent event) {
        task(c, event);
        c.skipBlanks();
        // Linux before 4.5.
        if (c.take(SUCCESS)) {
            c.integer();
        }
        c.expect(TARGET_CPU);
        event.targetCpu = c.integerUpTo(TracefsReader.HIGHEST_CPU);
    }

    void migrate(Cursor c, TraceEvent event) {
        task(c, event);
        c.expect(ORIGIN_CPU);
        event.originCpu = c.integerUpTo(TracefsReader.HIGHEST_CPU);
        c.expect(DESTINATION_CPU);
        event.targetCpu = c.integerUpTo(TracefsReader.HIGHEST_CPU);
    }

    private void task(Cursor c, TraceEvent event) {
        c.expect(COMM);
        event.taskCommId = comm(c, PID, PRIO);
        event.taskPid = c.integer();
        c.expect(PRIO);
        event.taskPrio = c.integer();
    }

    /**
     * Reads a name up to {@code pidKey}, and steps over the key. Where the name itself holds the
     * key, the real one is that with a number and {@code prioKey} behind it.
     */
    private int comm(Cursor c, byte[] pidKey, byte[] prioKey) {
        int start = c.at;
        int stop = c.find(pidKey, LONGEST_COMM_BYTES);
        while (!isPid(c, stop + pidKey.length, prioKey)) {
            c.at = stop + 1;
            stop = c.find(pidKey, LONGEST_COMM_BYTES);
        }
        c.at = stop + pidKey.length;
        return names.id(c, start, stop);
    }

    private static boolean isPid(Cursor c, int place, byte[] prioKey) {
        int i = place;
        while (i < c.end && (Cursor.isDigit(c.text[i]) || c.text[i] == '-')) {
            i++;
        }
        return i > place && c.isHere(prioKey, i + 1);
    }
}
