package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.function.BiFunction;

/** A bug that does what a test wants. */
public record FakeBug(String id, BiFunction<Form, ZooRig, Observation> body) implements BugEntry {
    /** One whose detector fires as often as said. */
    public static FakeBug detected(String id, long buggy, long fixed) {
        return new FakeBug(
                id,
                (form, rig) ->
                        form.buggy()
                                ? new Observation(12_345, buggy, "counted")
                                : new Observation(Double.NaN, fixed, "all quiet"));
    }

    @Override
    public BugCard card() {
        return new BugCard(id, "Fake", Domain.LOCKS, "metric", "detector", "A. B. C.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        return body.apply(form, rig);
    }
}
