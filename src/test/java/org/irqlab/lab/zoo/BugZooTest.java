package org.irqlab.lab.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every bug of the zoo: its card, and one run of both forms. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BugZooTest {
    private static final int BUGS = 47;

    private final BugZoo zoo = BugZoo.shipped();

    static Stream<Arguments> entries() {
        return BugZoo.shipped().entries().stream()
                .map(entry -> Arguments.of(entry.card().id(), entry));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void firesWithTheBugAndIsSilentWithoutIt(String id, BugEntry entry) {
        var threads = Threads.now();
        PairResult pair = new BugRunner().run(entry, 1).pairs().getFirst();
        assertSame(Verdict.CAUGHT, pair.verdict(), () -> id + ": " + pair);
        threads.assertNoneLeft();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entries")
    void saysWhyInThreeSentences(String id, BugEntry entry) {
        BugCard card = entry.card();
        assertTrue(card.why().endsWith("."), card.why());
        assertEquals(3, card.why().split("\\. ").length, card.why());
        assertFalse(card.why().contains("  "), card.why());
        assertFalse(card.metric().isBlank() || card.detector().isBlank() || card.title().isBlank());
    }

    @Test
    void hasEveryNumberOnce() {
        var ids = new ArrayList<String>();
        zoo.entries().forEach(entry -> ids.add(entry.card().id()));
        zoo.missing().forEach(bug -> ids.add(bug.id()));
        var expected = IntStream.rangeClosed(1, BUGS).mapToObj("B-%02d"::formatted).toList();
        assertEquals(expected, ids.stream().sorted().toList());
    }

    @Test
    void findsAnEntryOrSaysWhyThereIsNone() {
        assertEquals("B-20", zoo.entry("B-20").card().id());
        var absent = assertThrows(IllegalArgumentException.class, () -> zoo.entry("B-29"));
        assertEquals("B-29 is not there yet: needs the vDSO clock", absent.getMessage());
        var unknown = assertThrows(IllegalArgumentException.class, () -> zoo.entry("B-48"));
        assertTrue(unknown.getMessage().startsWith("bug=B-48 is none of"), unknown.getMessage());
    }

    @Test
    void listsEveryBugWithItsStatus() {
        List<String> lines = ZooText.list(zoo).lines().toList();
        assertEquals(BUGS, lines.size());
        assertTrue(lines.get(19).matches("B-20  Unbalanced enable +interrupts +ready"));
        assertTrue(
                lines.get(28)
                        .matches("B-29  Torn clock read +user side +not yet: needs the vDSO clock"),
                lines.get(28));
    }
}
