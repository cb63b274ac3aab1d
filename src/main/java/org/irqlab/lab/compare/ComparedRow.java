package org.irqlab.lab.compare;

/**
 * One stage on both sides.
 *
 * @param evidence false for costs that every event of a replay replays as recorded
 * @param recorded the side that the other is held against
 * @param ratio other / recorded
 * @param distance Kolmogorov–Smirnov, NaN if a side has no sample
 * @param verdict words, and what lies outside of what
 * @param counts whether the row counts for the verdict on the whole
 */
public record ComparedRow(
        String name,
        Form form,
        boolean evidence,
        Figures recorded,
        Figures other,
        Figures ratio,
        double distance,
        Yardstick yardstick,
        Verdict verdict,
        boolean counts) {
    /** How a row's distribution is to be read. */
    public enum Form {
        PLAIN,
        /** Several modes together: its p50 may lie in the hole between two of them. */
        GROUP,
        MODE
    }

    /** Where a row lies. */
    public enum Word {
        WITHIN_TOLERANCE("within tolerance"),
        WITHIN_PAIR("within A/A"),
        OUTSIDE("outside"),
        TOO_FEW("too few events");

        private final String text;

        Word(String text) {
            this.text = text;
        }

        /** Returns the words in tables and in JSON. */
        public String text() {
            return text;
        }
    }

    /**
     * @param reason of {@link Word#OUTSIDE}: which figure, and the limit; may be empty
     */
    public record Verdict(Word word, String reason) {}
}
