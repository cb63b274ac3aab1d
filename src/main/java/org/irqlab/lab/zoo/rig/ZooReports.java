package org.irqlab.lab.zoo.rig;

import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;

import java.util.Arrays;
import java.util.List;

/**
 * What the detectors of a machine have said: reports that are kept, as one that is only counted has
 * no words yet.
 *
 * <p><b>Threads.</b> Any.
 */
public final class ZooReports {
    private ZooReports() {}

    /** Returns how many reports of these kinds are kept. */
    public static long kept(ZooMachine m, ReportKind... kinds) {
        return Arrays.stream(kinds).mapToLong(kind -> reports(m, kind).size()).sum();
    }

    /** Returns the first of these kinds that has a report, in its words, or {@code silence}. */
    public static String first(ZooMachine m, String silence, ReportKind... kinds) {
        for (ReportKind kind : kinds) {
            List<Report> reports = reports(m, kind);
            if (!reports.isEmpty()) {
                return kind.headline() + ": " + reports.getFirst().what();
            }
        }
        return silence;
    }

    /**
     * Waits until each of these kinds has a report.
     *
     * @throws ZooTimeout if one does not get any
     */
    public static void await(ZooRig rig, ZooMachine m, ReportKind... kinds) {
        for (ReportKind kind : kinds) {
            rig.await("report " + kind, () -> !reports(m, kind).isEmpty());
        }
    }

    private static List<Report> reports(ZooMachine m, ReportKind kind) {
        return m.machine().smp().log().reports(kind);
    }
}
