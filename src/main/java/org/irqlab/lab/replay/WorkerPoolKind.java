package org.irqlab.lab.replay;

/** Kinds of worker pools, told by the names of their workers. */
enum WorkerPoolKind {
    PER_CPU("per-cpu"),
    HIGH_PRIORITY("high"),
    UNBOUND("unbound");

    private final String text;

    WorkerPoolKind(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
