package org.irqlab.lab.zoo;

import org.irqlab.base.time.HostClock;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooRig;
import org.irqlab.lab.zoo.rig.ZooTimeout;

import java.util.ArrayList;

/** Runs both forms of a bug, each on a rig of its own, as often as wanted. */
public final class BugRunner {
    private final long patienceMillis;

    public BugRunner() {
        this(ZooRig.PATIENCE_MILLIS);
    }

    /**
     * @param patienceMillis see {@link ZooRig}
     */
    BugRunner(long patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /** Runs {@code entry} {@code times} times. */
    public BugResult run(BugEntry entry, int times) {
        var pairs = new ArrayList<PairResult>();
        for (int n = 0; n < times; n++) {
            pairs.add(pair(entry));
        }
        return new BugResult(entry.card(), pairs);
    }

    private PairResult pair(BugEntry entry) {
        long began = HostClock.nowNs();
        Observation buggy = null;
        Observation fixed = null;
        String failure = null;
        Form form = Form.BUGGY;
        try {
            buggy = run(entry, form);
            form = Form.FIXED;
            fixed = run(entry, form);
        } catch (ZooTimeout | IllegalStateException e) {
            failure = form.text() + ": " + e.getMessage();
        } catch (RuntimeException e) {
            // One entry's own mistake must not cost the results of the others.
            failure = form.text() + ": " + e;
        }
        return new PairResult(buggy, fixed, failure, HostClock.nowNs() - began);
    }

    private Observation run(BugEntry entry, Form form) {
        try (var rig = new ZooRig(patienceMillis)) {
            return entry.run(form, rig);
        }
    }
}
