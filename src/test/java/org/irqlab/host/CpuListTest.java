package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class CpuListTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0-3", "0,2", "0-3,8,10-11", "8191"})
    void isWrittenAsItIsRead(String text) {
        assertEquals(text, CpuList.parse(text + "\n").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "1-", "-1", "3-1", "1,,2", "0-3:1/2", "8192", "99999999999", "1 2"})
    void isRefusedWhenItIsNotAList(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> CpuList.parse(text));
        assertTrue(e.getMessage().startsWith("cpus=" + text + ": "), e.getMessage());
    }

    @Test
    void mergesOverlapsAndSorts() {
        assertEquals("0-4,9", CpuList.parse("9,2-4,0-3").toString());
        assertEquals(CpuList.parse("1-3"), CpuList.of(3, 1, 2, 1));
    }

    @Test
    void intersectsAndSubtracts() {
        CpuList list = CpuList.parse("0-7");
        assertEquals(CpuList.parse("2,6-7"), list.and(CpuList.parse("2,6-9")));
        assertEquals(CpuList.parse("0-1,3-5"), list.without(CpuList.parse("2,6-9")));
    }
}
