package org.irqlab.lab.report;

import org.irqlab.lab.compare.ComparedRow;
import org.irqlab.lab.compare.Comparison;
import org.irqlab.lab.compare.Figure;
import org.irqlab.lab.compare.Figures;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a comparison as JSON; times in ns, null = not known. */
final class ComparisonJson {
    private ComparisonJson() {}

    /**
     * @param base name of the first side
     */
    static void rows(ArrayNode rows, Comparison comparison, String base, String other) {
        for (ComparedRow row : comparison.rows()) {
            ObjectNode json =
                    rows.addObject()
                            .put("name", row.name())
                            .put("mode", row.form() == ComparedRow.Form.MODE)
                            .put("evidence", row.evidence())
                            .put("counts", row.counts())
                            .put("verdict", row.verdict().word().text())
                            .put("reason", row.verdict().reason());
            side(json.putObject(base), row.recorded());
            side(json.putObject(other), row.other());
            figures(json.putObject("ratio"), row.ratio());
            number(json, "ks", row.distance());
            ObjectNode yardstick = json.putObject("yardstick").put("of", row.yardstick().text());
            figures(yardstick, row.yardstick().factors());
            number(yardstick, "ks", row.yardstick().distance());
        }
    }

    private static void side(ObjectNode node, Figures figures) {
        figures(node, figures);
        node.put(Figure.COUNT.key(), Math.round(figures.get(Figure.COUNT)));
    }

    private static void figures(ObjectNode node, Figures figures) {
        for (Figure figure : Figure.values()) {
            number(node, figure.key(), figures.get(figure));
        }
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }
}
