package org.irqlab.hw.cpu.exception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.cpu.exception.PairingClass.Pairing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** The tables of both architectures. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class X86ExceptionTest {
    @Test
    void knowsAllVectorsButTheReservedOnes() {
        var reserved = new TreeSet<Integer>();
        for (int vector = 0; vector < X86Exception.VECTORS; vector++) {
            if (X86Exception.of(vector) == null) {
                reserved.add(vector);
            } else {
                assertEquals(vector, X86Exception.of(vector).vector());
            }
        }
        assertEquals(Set.of(9, 15, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31), reserved);
        assertNull(X86Exception.of(0x41));
    }

    @Test
    void pushesAnErrorCodeForTheseVectorsOnly() {
        var with = new TreeSet<Integer>();
        for (X86Exception exception : X86Exception.values()) {
            if (exception.hasErrorCode()) {
                with.add(exception.vector());
            }
        }
        assertEquals(Set.of(8, 10, 11, 12, 13, 14, 17, 21), with);
    }

    @Test
    void findsTheExceptionOfACause() {
        assertSame(X86Exception.PF, X86Exception.of(ExceptionCause.PAGE_FAULT));
        assertSame(X86Exception.NMI, X86Exception.of(ExceptionCause.NMI));
        assertNull(X86Exception.of(ExceptionCause.SOFTWARE_INTERRUPT));
    }

    @Test
    void savesTheAddressThatTheClassSays() {
        assertEquals(7, X86Exception.PF.kind().savedPc(7, 8));
        assertEquals(8, X86Exception.BP.kind().savedPc(7, 8));
        assertEquals(8, X86Exception.DB.kind().savedPc(7, 8));
        assertEquals(8, X86Exception.NMI.kind().savedPc(7, 8));
        assertEquals(7, X86Exception.DF.kind().savedPc(7, 8));
    }

    /** Rows: the first; columns: the second. S serial, D double fault, X shutdown. */
    @Test
    void pairsExceptionsAsTheTableOfDoubleFaultsSays() {
        String[] rows = {"SSSS", "SDSD", "SDDD", "SXXX"};
        for (PairingClass first : PairingClass.values()) {
            var row = new StringBuilder();
            for (PairingClass second : PairingClass.values()) {
                Pairing pairing = first.whileDelivering(second);
                row.append(
                        switch (pairing) {
                            case SERIAL -> 'S';
                            case DOUBLE_FAULT -> 'D';
                            case SHUTDOWN -> 'X';
                        });
            }
            assertEquals(rows[first.ordinal()], row.toString(), first.toString());
        }
    }

    @Test
    void buildsTheSyndromeOfArm64() {
        var read = GuestEvent.access(ExceptionCause.PAGE_FAULT, 0, 0x1000, 3);
        var write =
                GuestEvent.access(
                        ExceptionCause.PAGE_FAULT,
                        GuestEvent.WRITE | GuestEvent.PROTECTION,
                        0x1000,
                        3);
        var fetch = GuestEvent.access(ExceptionCause.PAGE_FAULT, GuestEvent.FETCH, 3, 3);
        assertEquals(0x9200_0007L, Arm64Exception.DATA_ABORT.syndrome(read, true));
        assertEquals(0x9600_004fL, Arm64Exception.DATA_ABORT.syndrome(write, false));
        assertEquals(0x8200_0007L, Arm64Exception.DATA_ABORT.syndrome(fetch, true));
        assertEquals(0x8600_0007L, Arm64Exception.DATA_ABORT.syndrome(fetch, false));
        var svc = GuestEvent.of(ExceptionCause.SYSTEM_CALL, 3);
        assertEquals(0x5600_0000L, Arm64Exception.SVC64.syndrome(svc, true));
        assertEquals(0x15, Arm64Exception.exceptionClass(0x5600_0000L));
    }

    @Test
    void hasNoDivideErrorOnArm64() {
        assertThrows(
                IllegalArgumentException.class,
                () -> Arm64Exception.of(ExceptionCause.DIVIDE_ERROR));
        assertSame(Arm64Exception.DATA_ABORT, Arm64Exception.of(ExceptionCause.ALIGNMENT));
    }
}
