package org.irqlab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers and tables for people; the same everywhere, whatever the locale. */
final class Text {
    private Text() {}

    static String micros(double ns) {
        return String.format(Locale.ROOT, "%,.2f", ns / 1000);
    }

    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    static String ratio(double ratio) {
        return Double.isNaN(ratio) ? "n/a" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** Returns a ratio as a signed change: 0.88 → −12.0 %. */
    static String change(double ratio) {
        double percent = 100 * (ratio - 1);
        String sign = percent < 0 ? "−" : "+";
        return sign + String.format(Locale.ROOT, "%.1f %%", Math.abs(percent));
    }

    /**
     * Rows of cells: the first column is aligned to the left, the others to the right; a last one
     * of words may be to the left too.
     */
    static final class Table {
        private final List<String[]> rows = new ArrayList<>();
        private final String indent;
        private final boolean endsInWords;

        Table(String indent) {
            this(indent, false);
        }

        Table(String indent, boolean endsInWords) {
            this.indent = indent;
            this.endsInWords = endsInWords;
        }

        Table row(Object... cells) {
            var row = new String[cells.length];
            for (int i = 0; i < cells.length; i++) {
                row[i] = String.valueOf(cells[i]);
            }
            rows.add(row);
            return this;
        }

        void appendTo(StringBuilder out) {
            int columns = rows.stream().mapToInt(r -> r.length).max().orElse(0);
            int[] width = new int[columns];
            for (String[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    width[i] = Math.max(width[i], row[i].length());
                }
            }
            for (String[] row : rows) {
                var line = new StringBuilder(indent);
                for (int i = 0; i < row.length; i++) {
                    String pad = " ".repeat(width[i] - row[i].length());
                    boolean left = i == 0 || endsInWords && i == columns - 1;
                    line.append(i == 0 ? "" : "  ").append(left ? row[i] + pad : pad + row[i]);
                }
                out.append(line.toString().stripTrailing()).append('\n');
            }
        }
    }
}
