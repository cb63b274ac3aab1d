package org.irqlab;

import java.util.List;

/** One measurement that prints its own table. */
@FunctionalInterface
public interface LatencyHarness {
    /**
     * @param args what followed the harness's name on the command line
     */
    void run(List<String> args) throws Exception;
}
