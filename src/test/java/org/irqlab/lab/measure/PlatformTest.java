package org.irqlab.lab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PlatformTest {
    @Test
    void isFoundByItsName() {
        for (Platform platform : Platform.values()) {
            assertSame(platform, Platform.of(platform.key()));
        }
    }

    @Test
    void refusesAnUnknownNameWithTheKnownOnes() {
        var refused = assertThrows(IllegalArgumentException.class, () -> Platform.of("riscv"));
        assertEquals("platform=riscv is none of x86, arm64", refused.getMessage());
    }
}
