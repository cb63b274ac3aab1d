package org.irqlab.kernel.irq.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(30)
class InterruptBalanceTest {
    private static InterruptBalance of(long... byCpu) {
        return new InterruptBalance(byCpu);
    }

    @Test
    void comparesTheBusiestCpuWithTheMean() {
        assertEquals(1, of(100, 100, 100, 100).ratio());
        assertEquals(4, of(0, 0, 400, 0).ratio());
        assertEquals(1, InterruptBalance.of(List.of(), 4).ratio());
    }

    @Test
    void callsOnlyMoreThanTwiceTheShareOfEnoughSkewed() {
        assertTrue(of(0, 0, 400, 0).skewed());
        assertFalse(of(0, 0, 399, 0).skewed(), "too few");
        assertFalse(of(200, 200, 0, 0).skewed(), "twice");
        assertTrue(of(201, 199, 0, 0).skewed());
    }
}
