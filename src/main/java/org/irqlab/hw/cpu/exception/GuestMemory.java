package org.irqlab.hw.cpu.exception;

/**
 * The memory of one guest program: pages that are absent, read-only or writable, and words of 8
 * bytes in them.
 *
 * <p><b>Threads.</b> The holder of the program's CPU.
 */
public final class GuestMemory {
    public static final int PAGE_BYTES = 4096;

    private enum State {
        ABSENT,
        READ_ONLY,
        WRITABLE
    }

    private final long[] words;
    private final State[] states;
    private final MachineCheckReport[] poison;

    /** Makes a memory of {@code pages} pages, all absent. */
    public GuestMemory(int pages) {
        words = new long[Math.multiplyExact(pages, PAGE_BYTES / Long.BYTES)];
        states = new State[pages];
        poison = new MachineCheckReport[pages];
        for (int page = 0; page < pages; page++) {
            states[page] = State.ABSENT;
        }
    }

    public int pages() {
        return states.length;
    }

    /** Returns the page of {@code address}; also of one that is beyond the memory. */
    public static long page(long address) {
        return Math.floorDiv(address, PAGE_BYTES);
    }

    /** Makes a page present. */
    public void map(int page, boolean writable) {
        states[page] = writable ? State.WRITABLE : State.READ_ONLY;
    }

    /** Makes a page absent; what it holds stays. */
    public void unmap(int page) {
        states[page] = State.ABSENT;
    }

    /**
     * Makes a load from a page a machine check, or no longer, with null: every load if the error
     * requires action, else the next one.
     */
    public void poison(int page, MachineCheckReport report) {
        poison[page] = report;
    }

    /** Returns what a load from {@code address} reports, or null if the page is sound. */
    MachineCheckReport poison(long address) {
        return poison[(int) page(address)];
    }

    /** The error of a page has been raised. */
    void reported(long address) {
        int page = (int) page(address);
        if (poison[page].lacks(MachineCheckReport.Bit.ACTION_REQUIRED)) {
            poison[page] = null;
        }
    }

    public boolean present(long address) {
        return exists(address) && states[(int) page(address)] != State.ABSENT;
    }

    public boolean writable(long address) {
        return exists(address) && states[(int) page(address)] == State.WRITABLE;
    }

    /** Whether the memory has the page of {@code address}, present or not. */
    public boolean exists(long address) {
        long page = page(address);
        return page >= 0 && page < states.length;
    }

    /** Reads a word, whatever the state of its page: as the kernel does. */
    public long word(long address) {
        return words[(int) (address / Long.BYTES)];
    }

    /** Writes a word, whatever the state of its page. */
    public void setWord(long address, long value) {
        words[(int) (address / Long.BYTES)] = value;
    }
}
