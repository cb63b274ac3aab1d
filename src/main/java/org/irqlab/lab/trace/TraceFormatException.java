package org.irqlab.lab.trace;

/**
 * A trace that cannot be used: missing, broken, or not what it claims to be. The message is one
 * line, {@code FILE:LINE: what (hint)}, fit to be shown to the user as it stands.
 */
public final class TraceFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final String file;
    private final long line;
    private final String what;
    private final String hint;

    /**
     * @param file as the user named it
     * @param line from 1; 0 when no line is to blame
     * @param what what is wrong, without the place
     * @param hint what to do about it; may be empty
     */
    public TraceFormatException(String file, long line, String what, String hint) {
        super(place(file, line) + what + (hint.isEmpty() ? "" : " (" + hint + ")"));
        this.file = file;
        this.line = line;
        this.what = what;
        this.hint = hint;
    }

    public TraceFormatException(String file, long line, String what, String hint, Throwable cause) {
        this(file, line, what, hint);
        initCause(cause);
    }

    private static String place(String file, long line) {
        return line > 0 ? file + ":" + line + ": " : file + ": ";
    }

    public String file() {
        return file;
    }

    /** Returns the line, from 1, or 0 when no line is to blame. */
    public long line() {
        return line;
    }

    public String what() {
        return what;
    }

    public String hint() {
        return hint;
    }
}
