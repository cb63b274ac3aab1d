package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class TemperatureTest {
    @ParameterizedTest
    @CsvSource({
        "0, HOT",
        "200000, HOT",
        "200001, WARM",
        "5000000, WARM",
        "5000001, COLD",
        // Never: the first time on a CPU.
        "4611686018427387904, COLD"
    })
    void fallsWithTheTimeSinceTheLastRun(long sinceNs, Temperature temperature) {
        assertEquals(temperature, Temperature.after(sinceNs));
    }
}
