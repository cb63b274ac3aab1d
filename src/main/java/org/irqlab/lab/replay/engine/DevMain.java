package org.irqlab.lab.replay.engine;

import java.nio.file.Path;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.replay.PlanSummary;
import org.irqlab.lab.replay.ReplayPlanBuilder;
import org.irqlab.lab.trace.TracefsReader;

public final class DevMain {
    static long q(long[] s, double p) {
        return s.length == 0 ? -1 : s[(int) Math.min(s.length - 1, (long) (p * s.length))];
    }

    public static void main(String[] a) {
        var reader = new TracefsReader(Path.of(a[0]));
        var builder = new ReplayPlanBuilder(reader.names());
        reader.read(builder);
        var plan = builder.build();
        System.out.println("tasks " + plan.tasks.size() + " activities " + plan.costNs.length + " expected " + ReplayPass.reachable(plan) + " arrivals " + plan.arrivalNs.length + " dur " + plan.durationNs / 1e9);
        for (String s : a[1].split(",")) {
            for (int i = 0; i < 2; i++) {
            var spec = MachineSpec.pinned(0, 1).withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.POLL)).withPaths(c -> new RecordedPaths(plan.paths, 42 + c)).withTrace(plan.costNs.length * 6 + 1000).withFirstPid(1 << 20);
            var pass = ReplayPass.run(plan, spec, Strategy.of(s), i == 0 ? 1_500_000_000L : Long.MAX_VALUE);
            System.out.println(s + " executed " + pass.executed() + "/" + pass.expected() + " stalled " + pass.stalled() + " elapsed " + pass.elapsedNs() / 1e9);
            if (i == 1) {
                var names = new org.irqlab.lab.trace.NameTable();
                var st = new org.irqlab.lab.replay.StageAnalysis(names, (c, f, t) -> pass.machine().samples().taints(c).touches(f + pass.originNs(), t + pass.originNs()));
                new RingEvents(pass.machine().machine(), names).feed(st, pass.originNs());
                var rec = builder.stages();
                for (var row : rec.rows()) {
                    var all = st.samples(row.name());
                    var cl = st.cleanSamples(row.name());
                    System.out.printf("%-58s rec %6d %8d %8d %8d | all %6d %8d %8d %8d | clean %6d %8d %8d %8d%n", row.name(), row.samples(), row.p50(), row.p90(), row.p99(), all.length, q(all, .5), q(all, .9), q(all, .99), cl.length, q(cl, .5), q(cl, .9), q(cl, .99));
                }
            }
            if (a.length > 2) for (var src : pass.machine().sources()) System.out.println("   " + src.spec() + " " + src.conservation().line());
            for (int c = 0; c < 2; c++) {
                var n = pass.machine().machine().cpu(c).hw().noise();
                System.out.println("  cpu" + c + " stolen " + n.stolenNs() / 1e6 + " ms poll p99 " + n.pollGranularityNs(0.99) + " idle " + pass.machine().machine().idleNs(c) / 1e9 + " sw " + pass.machine().machine().cpu(c).scheduler().switches() + " ring " + pass.machine().machine().cpu(c).ring().size());
                var k = pass.machine().counters()[c];
                System.out.println("  wakes " + k.wakes + " merged " + k.mergedWakes + " quanta " + k.quanta + " queued " + k.workQueued + " run " + k.workRun + " dropped " + k.dropped);
            }
            }
        }
    }
}
