package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.Observation;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/** The results of a visit to the zoo as JSON, as docs/irqlab-bugs-1.schema.json describes them. */
public final class ZooJson {
    private static final String SCHEMA = "irqlab/bugs/1";

    private ZooJson() {}

    /** Returns all results. */
    public static String of(List<BugResult> results, int times) {
        JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode root = mapper.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("times", times);
        root.put("allCaught", results.stream().allMatch(BugResult::allCaught));
        var bugs = root.putArray("bugs");
        results.forEach(result -> bug(bugs.addObject(), result));
        return mapper.writeValueAsString(root);
    }

    private static void bug(ObjectNode json, BugResult result) {
        BugCard card = result.card();
        json.put("id", card.id())
                .put("title", card.title())
                .put("domain", card.domain().text())
                .put("metric", card.metric())
                .put("detector", card.detector())
                .put("why", card.why())
                .put("caught", result.of(Verdict.CAUGHT));
        var runs = json.putArray("runs");
        for (PairResult pair : result.pairs()) {
            ObjectNode run = runs.addObject();
            run.put("verdict", pair.verdict().text());
            run.put("failure", pair.failure());
            run.put("tookNs", pair.tookNs());
            observation(run, "buggy", pair.buggy());
            observation(run, "fixed", pair.fixed());
        }
    }

    private static void observation(ObjectNode run, String form, Observation seen) {
        if (seen == null) {
            run.putNull(form);
            return;
        }
        ObjectNode json = run.putObject(form);
        if (Double.isFinite(seen.value())) {
            json.put("value", seen.value());
        } else {
            json.putNull("value");
        }
        json.put("detected", seen.detected()).put("report", seen.report());
    }
}
