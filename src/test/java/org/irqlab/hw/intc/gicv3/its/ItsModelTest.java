package org.irqlab.hw.intc.gicv3.its;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

/** Random operations: the service and its sequential model agree after every one. */
@Timeout(120)
class ItsModelTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 512;
    private static final int REDISTRIBUTORS = 3;
    private static final int LPIS = 64;
    private static final int BEYOND_DEVICES = 0x1_0000;
    private static final int BEYOND_COLLECTIONS = 8192;

    private final Set<FireOutcome> outcomes = EnumSet.noneOf(FireOutcome.class);
    private final int[] commands = new int[16];
    private long moved;
    private long cleared;

    @Test
    void agreesWithItsModel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var run = new Run(new Random(seed));
            for (int n = 0; n < OPERATIONS; n++) {
                String operation = run.step();
                run.compare("seed " + seed + " operation " + n + " " + operation);
            }
            moved += run.model.moves;
            cleared += run.model.cleared;
        }
        var ofPins = EnumSet.of(FireOutcome.IGNORED_MASKED_EDGE, FireOutcome.IGNORED_NO_EDGE);
        assertEquals(EnumSet.complementOf(ofPins), outcomes);
        assertTrue(moved > SEEDS && cleared > SEEDS, moved + " moved, " + cleared + " cleared");
        for (ItsOpcode opcode : ItsOpcode.values()) {
            assertTrue(commands[opcode.code()] > SEEDS, opcode + " " + commands[opcode.code()]);
        }
    }

    private final class Run {
        private final ItsRig rig = new ItsRig(REDISTRIBUTORS, LPIS);
        private final ItsModel model = new ItsModel(REDISTRIBUTORS, LPIS);
        private final Random random;

        Run(Random random) {
            this.random = random;
            for (int n = 0; n < REDISTRIBUTORS; n++) {
                model.mapc(n, n);
                model.mapd(n, 4);
                rig.send(ItsCommands.mapc(n, n), ItsCommands.mapd(n, 4, 0));
            }
        }

        String step() {
            if (!model.enabled) {
                rig.enable(true);
                model.enabled = true;
            }
            return switch (random.nextInt(32)) {
                case 0, 1, 2, 3, 4, 5, 6, 7 -> fire(device(), event());
                case 8 -> {
                    rig.enable(false);
                    model.enabled = false;
                    yield "off " + fire(device(), event());
                }
                case 9, 10 -> acknowledge(random.nextInt(REDISTRIBUTORS));
                case 11, 12 -> configure(lpi(), random.nextBoolean());
                default -> {
                    ItsCommand command = command();
                    commands[command.code()]++;
                    rig.send(command);
                    yield command.toString();
                }
            };
        }

        private String fire(int device, int event) {
            FireOutcome outcome = model.fire(device, event);
            outcomes.add(outcome);
            assertEquals(outcome, rig.fire(device, event), device + " " + event);
            return "fire " + device + " " + event;
        }

        private String acknowledge(int redistributor) {
            assertEquals(
                    model.acknowledge(redistributor),
                    rig.redistributors[redistributor].acknowledge());
            return "acknowledge " + redistributor;
        }

        private String configure(int lpi, boolean on) {
            if (lpi >= ItsModel.FIRST_LPI && lpi < ItsModel.FIRST_LPI + LPIS) {
                FakeLpis.configure(rig.redistributors[0].configured(), lpi, on);
                model.configure(lpi, on);
            }
            return "configure " + lpi + " " + on;
        }

        private int device() {
            return random.nextInt(64) == 0 ? BEYOND_DEVICES : random.nextInt(3);
        }

        private int event() {
            return random.nextInt(16) == 0
                    ? ItsModel.FIRST_LPI + random.nextInt(4)
                    : random.nextInt(10);
        }

        private int lpi() {
            return random.nextInt(16) == 0
                    ? ItsModel.FIRST_LPI - 1 + random.nextInt(2) * (LPIS + 1)
                    : ItsModel.FIRST_LPI + random.nextInt(6);
        }

        private int collection() {
            return random.nextInt(32) == 0 ? BEYOND_COLLECTIONS : random.nextInt(4);
        }

        private int redistributor() {
            return random.nextInt(32) == 0 ? REDISTRIBUTORS : random.nextInt(REDISTRIBUTORS);
        }

        private int bits() {
            return switch (random.nextInt(16)) {
                case 0 -> 17;
                case 1, 2 -> 14;
                default -> 3 + random.nextInt(2);
            };
        }

        private ItsCommand command() {
            int device = device();
            int event = event();
            int collection = collection();
            int redistributor = redistributor();
            switch (random.nextInt(32)) {
                case 0 -> {
                    int bits = bits();
                    model.mapd(device, bits);
                    return ItsCommands.mapd(device, bits, random.nextLong());
                }
                case 1 -> {
                    if (random.nextInt(4) != 0) {
                        return mapi(device, event, collection);
                    }
                    model.unmapd(device);
                    return ItsCommands.unmapd(device);
                }
                case 2, 3 -> {
                    model.mapc(collection, redistributor);
                    return ItsCommands.mapc(collection, redistributor);
                }
                case 4 -> {
                    model.unmapc(collection);
                    return ItsCommands.unmapc(collection);
                }
                case 5, 6, 7, 8, 9, 10, 11 -> {
                    int lpi = lpi();
                    model.mapti(device, event, lpi, collection);
                    return ItsCommands.mapti(device, event, lpi, collection);
                }
                case 12, 13, 14, 15, 16, 17 -> {
                    model.movi(device, event, collection);
                    return ItsCommands.movi(device, event, collection);
                }
                default -> {
                    return more(device, event, collection, redistributor);
                }
            }
        }

        private ItsCommand mapi(int device, int event, int collection) {
            model.mapti(device, event, event, collection);
            return ItsCommands.mapi(device, event, collection);
        }

        private ItsCommand more(int device, int event, int collection, int redistributor) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    model.discard(device, event);
                    return ItsCommands.discard(device, event);
                }
                case 1 -> {
                    model.clear(device, event);
                    return ItsCommands.clear(device, event);
                }
                case 2, 3 -> {
                    model.interrupt(device, event);
                    return ItsCommands.interrupt(device, event);
                }
                case 4 -> {
                    model.inv(device, event);
                    return ItsCommands.inv(device, event);
                }
                case 5 -> {
                    model.invall(collection);
                    return ItsCommands.invall(collection);
                }
                case 6 -> {
                    int to = redistributor();
                    model.movall(redistributor, to);
                    return ItsCommands.movall(redistributor, to);
                }
                default -> {
                    model.sync(redistributor);
                    return ItsCommands.sync(redistributor);
                }
            }
        }

        void compare(String when) {
            for (int n = 0; n < REDISTRIBUTORS; n++) {
                assertEquals(model.pending.get(n), rig.redistributors[n].allPending(), when);
            }
            assertEquals(model.unmapped, rig.errors.of(GuestError.UNMAPPED_EVENT), when);
            assertEquals(model.bad, rig.errors.of(GuestError.BAD_COMMAND), when);
            assertEquals(model.moves, rig.its.moves().fired(), when);
            assertEquals(model.cleared, rig.its.cleared(), when);
            assertEquals(model.interrupts, rig.its.interrupts().fired(), when);
            assertEquals(rig.tail(), rig.read(ItsRegisters.GITS_CREADR), when);
        }
    }
}
