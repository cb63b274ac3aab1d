package org.irqlab.arch.planted.lab.report;

import org.irqlab.arch.planted.base.Upward;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.Executors;
import java.util.logging.Logger;

/** Does everything that belongs elsewhere. */
public final class Careless {
    public Upward upward;

    void print() {
        System.out.println();
    }

    void stackTrace(IOException e) {
        e.printStackTrace();
    }

    void exit() {
        System.exit(0);
    }

    Arena foreign() {
        return Arena.global();
    }

    long clock() {
        return System.nanoTime();
    }

    Thread thread() {
        return new Thread(() -> {});
    }

    Object pool() {
        return Executors.newCachedThreadPool();
    }

    Process process() throws IOException {
        return new ProcessBuilder().start();
    }

    Logger logger() {
        return Logger.getAnonymousLogger();
    }
}
