package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.core.CoreBugs;
import org.irqlab.lab.zoo.device.DeviceBugs;
import org.irqlab.lab.zoo.irq.InterruptBugs;
import org.irqlab.lab.zoo.lock.LockBugs;
import org.irqlab.lab.zoo.net.NetBugs;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.softirq.SoftirqBugs;
import org.irqlab.lab.zoo.work.WorkBugs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All bugs that have a number: those that can be run, and those that cannot yet.
 *
 * <p>A new entry is put into the list of its domain, and its {@link MissingBugs line} goes.
 */
public final class BugZoo {
    private final List<BugEntry> entries;
    private final List<MissingBug> missing;

    BugZoo(List<BugEntry> entries, List<MissingBug> missing) {
        this.entries =
                entries.stream()
                        .sorted(Comparator.comparing((BugEntry e) -> e.card().id()))
                        .toList();
        this.missing = List.copyOf(missing);
    }

    /** Returns the zoo as it is shipped. */
    public static BugZoo shipped() {
        var entries = new ArrayList<BugEntry>();
        entries.addAll(InterruptBugs.all());
        entries.addAll(DeviceBugs.all());
        entries.addAll(CoreBugs.all());
        entries.addAll(SoftirqBugs.all());
        entries.addAll(NetBugs.all());
        entries.addAll(WorkBugs.all());
        entries.addAll(LockBugs.all());
        return new BugZoo(entries, MissingBugs.all());
    }

    /** Returns what can be run, by number. */
    public List<BugEntry> entries() {
        return entries;
    }

    /** Returns what cannot be run yet, by number. */
    public List<MissingBug> missing() {
        return missing;
    }

    /**
     * Returns the entry with this id.
     *
     * @throws IllegalArgumentException if there is none, with the reason
     */
    public BugEntry entry(String id) {
        for (BugEntry entry : entries) {
            if (entry.card().id().equals(id)) {
                return entry;
            }
        }
        for (MissingBug bug : missing) {
            if (bug.id().equals(id)) {
                throw new IllegalArgumentException(id + " is not there yet: needs " + bug.needs());
            }
        }
        throw new IllegalArgumentException(
                "bug=" + id + " is none of B-01 … B-47, which irqlab bug list shows");
    }
}
