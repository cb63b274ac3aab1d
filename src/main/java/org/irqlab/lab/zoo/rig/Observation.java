package org.irqlab.lab.zoo.rig;

/**
 * What one run of one form has shown.
 *
 * @param value of the card's metric; NaN for never, or not known
 * @param detected how often the detector fired
 * @param report what it says, or what there was to see, in a few words
 */
public record Observation(double value, long detected, String report) {
    public boolean fired() {
        return detected > 0;
    }
}
