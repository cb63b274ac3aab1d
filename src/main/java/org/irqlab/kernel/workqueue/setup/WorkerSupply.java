package org.irqlab.kernel.workqueue.setup;

/** Who says how many workers a pool has. */
public enum WorkerSupply {
    /**
     * Those that were made before the machine ran stay; work that finds none waits, and is counted.
     * For runs in which no thread may start.
     */
    FIXED,
    /** The pool: a worker that finds no other one idle makes one, and many idle ones end. */
    MANAGED
}
