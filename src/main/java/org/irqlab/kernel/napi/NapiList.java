package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;

/**
 * Instances that wait for a poll, in order, linked by themselves.
 *
 * <p><b>Threads.</b> The holder of one CPU's baton.
 */
final class NapiList {
    private Napi first;
    private Napi last;

    @HotPath
    boolean isEmpty() {
        return first == null;
    }

    @HotPath
    void add(Napi napi) {
        napi.next = null;
        napi.onList = true;
        if (last == null) {
            first = napi;
        } else {
            last.next = napi;
        }
        last = napi;
    }

    /** Returns the first one, off the list; there is one. */
    @HotPath
    Napi take() {
        Napi napi = first;
        first = napi.next;
        if (first == null) {
            last = null;
        }
        napi.next = null;
        napi.onList = false;
        return napi;
    }

    /** Moves all of {@code other} behind the own ones. */
    @HotPath
    void addAll(NapiList other) {
        if (other.first == null) {
            return;
        }
        if (last == null) {
            first = other.first;
        } else {
            last.next = other.first;
        }
        last = other.last;
        other.first = null;
        other.last = null;
    }

    /** Takes {@code napi} off the list, if it is on it. */
    void remove(Napi napi) {
        Napi before = null;
        for (Napi each = first; each != null; before = each, each = each.next) {
            if (each == napi) {
                if (before == null) {
                    first = napi.next;
                } else {
                    before.next = napi.next;
                }
                if (last == napi) {
                    last = before;
                }
                napi.next = null;
                napi.onList = false;
                return;
            }
        }
    }
}
