package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Domain;

/**
 * A bug that has a number and no entry yet.
 *
 * @param needs what the product lacks to show it
 */
public record MissingBug(String id, String title, Domain domain, String needs) {}
