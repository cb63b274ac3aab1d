package org.irqlab.lab.zoo.rig;

/**
 * What the zoo says about a bug.
 *
 * @param id as in "B-05"
 * @param metric what moves, with its unit
 * @param detector what in the product notices
 * @param why three sentences: what goes wrong, why, and what the fix does
 */
public record BugCard(
        String id, String title, Domain domain, String metric, String detector, String why) {}
