package org.irqlab.lab.zoo.rig;

/** What an entry waited for has not happened: the run says nothing. */
public final class ZooTimeout extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ZooTimeout(String message) {
        super(message);
    }
}
