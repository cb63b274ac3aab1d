package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.Task;

import java.util.ArrayList;
import java.util.List;

/**
 * Who owns a lock and who waits for it, the most urgent first. Guarded by its inheritance's lock.
 */
final class LockNode {
    Task owner;
    final List<Task> waiters = new ArrayList<>();
}
