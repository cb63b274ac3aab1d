package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.GuestMemory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What a program has mapped, and how a fault on it is served.
 *
 * <p>An anonymous page that is read before it is written is the zero page, read-only: its first
 * write is another fault. A page of a file must be read first: the fault drops its lock, is retried
 * once, and counts as major.
 *
 * <p><b>Threads.</b> The task whose memory it is.
 *
 * @see "Linux mm/memory.c, handle_mm_fault"
 */
public final class AddressSpace {
    /** What stands behind a mapping. */
    public enum Backing {
        ANONYMOUS,
        FILE,
        /** A file that has been cut off before these pages. */
        BEYOND_FILE
    }

    /** What the service of a fault came to. */
    public enum FaultResult {
        DONE,
        /** Served, and the lock was dropped on the way. */
        COMPLETED,
        /** The lock was dropped; to be tried again, once. */
        RETRY,
        /** Nothing is mapped there, or not for this access. */
        BAD_ACCESS,
        /** It is mapped, and cannot be read. */
        BUS_ERROR
    }

    private record Area(int firstPage, int pages, Backing backing, boolean writable) {
        boolean holds(long page) {
            return page >= firstPage && page < firstPage + pages;
        }
    }

    private final GuestMemory memory;
    private final Runnable readPage;
    private final List<Area> areas = new ArrayList<>();
    private final BitSet cached = new BitSet();
    private final BitSet poisoned = new BitSet();
    private boolean leavesCause;

    /**
     * Makes an address space without mappings.
     *
     * @param readPage what reading a page from a file takes: may sleep
     */
    public AddressSpace(GuestMemory memory, Runnable readPage) {
        this.memory = memory;
        this.readPage = readPage;
    }

    public AddressSpace(GuestMemory memory) {
        this(memory, () -> {});
    }

    public GuestMemory memory() {
        return memory;
    }

    /** Maps {@code pages} pages from {@code firstPage} on; none is present yet. */
    public AddressSpace map(int firstPage, int pages, Backing backing, boolean writable) {
        if (firstPage < 0 || pages < 1 || firstPage + pages > memory.pages()) {
            throw new IllegalArgumentException(
                    "firstPage=" + firstPage + " + pages=" + pages + " > LIMIT=" + memory.pages());
        }
        areas.add(new Area(firstPage, pages, backing, writable));
        return this;
    }

    /** B-30: from now on faults are called served, and the page stays as it was. */
    public void setLeavesCause(boolean leaves) {
        leavesCause = leaves;
    }

    /**
     * Serves a fault.
     *
     * @param tried whether this is the second try
     */
    FaultResult serve(long address, boolean write, boolean tried) {
        long page = GuestMemory.page(address);
        Area area = areas.stream().filter(a -> a.holds(page)).findFirst().orElse(null);
        if (area == null || write && !area.writable()) {
            return FaultResult.BAD_ACCESS;
        }
        int index = (int) page;
        if (poisoned.get(index) || area.backing() == Backing.BEYOND_FILE) {
            return FaultResult.BUS_ERROR;
        }
        boolean file = area.backing() == Backing.FILE;
        if (file && !cached.get(index)) {
            readPage.run();
            cached.set(index);
            if (!tried) {
                return FaultResult.RETRY;
            }
        }
        if (!leavesCause) {
            memory.map(index, write);
        }
        return file && write ? FaultResult.COMPLETED : FaultResult.DONE;
    }

    /** Whether the page must be read before it can be mapped. */
    boolean major(long address) {
        long page = GuestMemory.page(address);
        return areas.stream().anyMatch(a -> a.holds(page) && a.backing() == Backing.FILE)
                && !cached.get((int) page);
    }

    /** Takes a page with corrupt data away, for good. */
    void poison(long address) {
        if (memory.exists(address)) {
            int page = (int) GuestMemory.page(address);
            memory.unmap(page);
            poisoned.set(page);
        }
    }
}
