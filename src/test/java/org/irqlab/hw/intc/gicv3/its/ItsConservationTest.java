package org.irqlab.hw.intc.gicv3.its;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.Random;

/**
 * A device fires 2,048 events while the kernel moves, invalidates and takes them: every fire is
 * accounted for, and no event ends with its last payload unseen.
 */
@Timeout(180)
class ItsConservationTest {
    private static final int EVENTS = 2048;
    private static final int REDISTRIBUTORS = 8;
    private static final int FIRES = 1_000_000;
    private static final int DEVICE = 0x0100;
    private static final int BATCH = 4;
    private static final int WATCHED = 16;

    private final ItsRig rig = ItsRig.mapped(REDISTRIBUTORS, EVENTS);
    private final int[] home = new int[EVENTS];
    // Written by the device before it fires; plain, so that only the interrupt orders it.
    private final int[] payload = new int[EVENTS];
    private final int[] lastAccepted = new int[EVENTS];
    private final int[] seen = new int[EVENTS];
    private final FireCounts fires = new FireCounts();
    private final Random random = new Random(1);
    private long acknowledged;
    // The events moved last.
    private final int[] watched = new int[WATCHED];
    private int next;
    private volatile int hot;
    private volatile boolean done;

    @Test
    void losesNothingWhenEventsMove() throws InterruptedException {
        mapAll();
        var device = device();
        device.start();
        long commands = 0;
        while (!done) {
            for (int n = 0; n < BATCH; n++) {
                queueMoveOrInvalidate(random.nextInt(EVENTS));
            }
            rig.send(ItsCommands.sync(0));
            commands += BATCH;
            for (int event : watched) {
                assertOnlyAtHome(event);
            }
            takeSome();
        }
        device.join();
        for (int event = 0; event < EVENTS; event++) {
            assertOnlyAtHome(event);
        }
        takeAll();
        assertEquals(FIRES, fires.fired());
        assertEquals(0, fires.dropped());
        conserve();
        for (int event = 0; event < EVENTS; event++) {
            assertEquals(lastAccepted[event], seen[event], "last payload of event " + event);
        }
        assertTrue(commands > 10_000, "only " + commands + " commands");
        assertTrue(rig.its.moves().fired() > 1_000, "moved " + rig.its.moves().fired());
        assertEquals(0, rig.errors.of(GuestError.BAD_COMMAND));
        assertEquals(0, rig.errors.of(GuestError.UNMAPPED_EVENT));
    }

    @Test
    void countsBalanceWhenMappingsComeAndGo() throws InterruptedException {
        mapAll();
        var device = device();
        device.start();
        long rounds = 0;
        while (!done) {
            for (int n = 0; n < BATCH; n++) {
                queueAnything(random.nextInt(EVENTS));
            }
            rig.send();
            takeSome();
            if (++rounds % 64 == 0) {
                rig.enable(false);
                rig.enable(true);
            }
        }
        device.join();
        takeAll();
        assertEquals(FIRES, fires.fired());
        conserve();
        assertTrue(rig.its.cleared() > 0 && rig.its.moves().fired() > 0);
        assertTrue(fires.of(FireOutcome.DROPPED_NO_TARGET) > 0, "nothing met an unmapped event");
        assertTrue(fires.of(FireOutcome.DROPPED_DISABLED) > 0, "nothing met a disabled service");
    }

    /** No message is behind the MOVI and SYNC that have been executed. */
    private void assertOnlyAtHome(int event) {
        for (int n = 0; n < REDISTRIBUTORS; n++) {
            if (n != home[event] && rig.redistributors[n].pending(FakeLpis.FIRST + event)) {
                fail("event " + event + " of " + home[event] + " is pending at " + n);
            }
        }
    }

    private void conserve() {
        assertEquals(
                set(fires) + set(rig.its.interrupts()) + set(rig.its.moves()),
                acknowledged + rig.its.moves().fired() + rig.its.cleared());
    }

    private static long set(FireCounts counts) {
        return counts.of(FireOutcome.LATCHED) + counts.of(FireOutcome.PENDED_MASKED);
    }

    private void mapAll() {
        rig.send(ItsCommands.mapd(DEVICE, 11, 0));
        for (int event = 0; event < EVENTS; event++) {
            home[event] = event % REDISTRIBUTORS;
            rig.send(ItsCommands.mapti(DEVICE, event, FakeLpis.FIRST + event, home[event]));
        }
    }

    private Thread device() {
        var thread =
                new Thread(
                        () -> {
                            var which = new Random(2);
                            for (int n = 1; n <= FIRES; n++) {
                                // Half of them at the event that moves next.
                                int event = (n & 1) == 0 ? hot : which.nextInt(EVENTS);
                                payload[event] = n;
                                FireOutcome outcome = fires.count(rig.fire(DEVICE, event));
                                if (!outcome.dropped()) {
                                    lastAccepted[event] = n;
                                }
                            }
                            done = true;
                        },
                        "device/0");
        thread.setDaemon(true);
        return thread;
    }

    private void queueMoveOrInvalidate(int event) {
        if (random.nextInt(4) == 0) {
            FakeLpis.configure(
                    rig.redistributors[0].configured(),
                    FakeLpis.FIRST + event,
                    random.nextBoolean());
            rig.queue(ItsCommands.inv(DEVICE, event));
        } else {
            home[event] = random.nextInt(REDISTRIBUTORS);
            watched[next++ % WATCHED] = event;
            hot = event;
            rig.queue(ItsCommands.movi(DEVICE, event, home[event]));
        }
    }

    private void queueAnything(int event) {
        int target = random.nextInt(REDISTRIBUTORS);
        int lpi = FakeLpis.FIRST + random.nextInt(EVENTS);
        switch (random.nextInt(256)) {
            case 0 -> {
                rig.queue(ItsCommands.mapd(DEVICE, 11, 0));
                for (int n = 0; n < 64; n++) {
                    rig.queue(ItsCommands.mapti(DEVICE, n, FakeLpis.FIRST + n, target));
                }
            }
            case 1 -> rig.queue(ItsCommands.movall(target, random.nextInt(REDISTRIBUTORS)));
            case 2, 3 -> rig.queue(ItsCommands.mapc(target, random.nextInt(REDISTRIBUTORS)));
            case 4 -> {
                rig.queue(ItsCommands.unmapc(target));
                rig.queue(ItsCommands.mapc(target, target));
            }
            default ->
                    rig.queue(
                            switch (random.nextInt(8)) {
                                case 0, 1 -> ItsCommands.discard(DEVICE, event);
                                case 2 -> ItsCommands.clear(DEVICE, event);
                                case 3 -> ItsCommands.interrupt(DEVICE, event);
                                case 4, 5 -> ItsCommands.movi(DEVICE, event, target);
                                default -> ItsCommands.mapti(DEVICE, event, lpi, target);
                            });
        }
    }

    private void takeSome() {
        take(rig.redistributors[random.nextInt(REDISTRIBUTORS)], BATCH * BATCH);
    }

    private void takeAll() {
        for (FakeLpis lpis : rig.redistributors) {
            Arrays.fill(lpis.configured(), -1L);
            lpis.invalidateAll();
            take(lpis, Integer.MAX_VALUE);
        }
    }

    private void take(FakeLpis lpis, int most) {
        for (int n = 0; n < most; n++) {
            int intId = lpis.acknowledge();
            if (intId == FakeLpis.NONE) {
                return;
            }
            acknowledged++;
            seen[intId - FakeLpis.FIRST] = payload[intId - FakeLpis.FIRST];
        }
    }
}
