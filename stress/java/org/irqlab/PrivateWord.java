package org.irqlab;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Handles of words that the machine keeps to itself: a broken twin runs on the machine's own
 * objects, and reaches for the word only in the line that is broken.
 */
public final class PrivateWord {
    private PrivateWord() {}

    /** Returns the handle of {@code owner}'s field, as its own lookup would. */
    public static VarHandle of(Class<?> owner, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                    .findVarHandle(owner, field, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
