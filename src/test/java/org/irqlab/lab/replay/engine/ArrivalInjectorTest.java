package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.PolledDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ArrivalInjectorTest {
    private final List<Run> arrived = new ArrayList<>();
    private final Run early = new Run(0, 0);
    private final Run late = new Run(1, 0);
    private final ReplayClock clock = new ReplayClock();
    private final ArrivalInjector injector =
            new ArrivalInjector(
                    new long[] {100, 300}, new Run[] {early, late}, clock, arrived::add);

    @Test
    void firesWhatIsDueWithItsScheduledTimeHoweverLateThePoll() {
        injector.startAt(1_000);
        assertEquals(1_100, injector.nextDueNs());
        injector.service(1_250);
        assertEquals(List.of(early), arrived);
        assertEquals(1_100, early.arrivalNs);
        assertEquals(1_300, injector.nextDueNs());
        injector.service(9_999);
        assertEquals(List.of(early, late), arrived);
        assertEquals(PolledDevice.NEVER, injector.nextDueNs());
        assertTrue(injector.exhausted());
    }

    @Test
    void firesACompletionBetweenRecordedArrivals() {
        injector.startAt(1_000);
        injector.service(1_100);
        var completion = new Run(2, 0);
        assertTrue(injector.request(1_200, completion));
        assertEquals(1_200, injector.nextDueNs());
        injector.service(1_200);
        assertEquals(List.of(early, completion), arrived);
        assertEquals(1_200, completion.arrivalNs);
        assertEquals(1_300, injector.nextDueNs());
    }

    @Test
    void slipsByWhatTheHostStole() {
        injector.startAt(1_000);
        assertTrue(injector.request(1_150, new Run(2, 0)));
        clock.stolen(500);
        injector.service(1_599);
        assertEquals(List.of(), arrived);
        assertEquals(1_600, injector.nextDueNs());
        injector.service(1_650);
        assertEquals(2, arrived.size());
        assertEquals(1_600, early.arrivalNs);
        assertEquals(1_650, arrived.get(1).arrivalNs, "a request on its way slips too");
    }
}
