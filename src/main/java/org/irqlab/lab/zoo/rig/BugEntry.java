package org.irqlab.lab.zoo.rig;

/**
 * One bug, with a switch: the same scenario with it and without it.
 *
 * <p><b>Threads.</b> One at a time; {@link #run} is called by a thread that is not of the machine,
 * which may play the device.
 */
public interface BugEntry {
    BugCard card();

    /**
     * Runs one form, within 2.5 s on an idle host. Every wait goes through the rig, and so ends.
     *
     * @param rig a new one; closed by the caller, with the machines made by it
     */
    Observation run(Form form, ZooRig rig);
}
