package org.irqlab.kernel.napi;

/** What became of asking for a poll; decided by the operation that changed the state. */
public enum NapiRequest {
    /** The caller owns the instance now, and has it polled. */
    SCHEDULED,
    /** Somebody owns it, and will poll once more. */
    MISSED,
    /** It is being disabled: nothing happens. */
    DISABLED
}
