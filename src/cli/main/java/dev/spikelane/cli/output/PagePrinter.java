package dev.spikelane.cli.output;

import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds facts to a page. */
public final class PagePrinter {

    private PagePrinter() {}

    public static void list(Report report, Section... sections) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (Section section : sections) {
            for (Statement each : section.statements()) {
                facts.merge(each.name(), each.text().replace("\n", "; "), (first, next) -> first + "; " + next);
            }
        }
        report.facts(facts);
    }

    /** Adds each row of a table as a section: the first cell is the heading, the others are numbers. */
    public static void rows(Report report, Section section) {
        for (Fact fact : section.facts()) {
            if (fact instanceof Table table) {
                for (Section row : table.rows()) {
                    List<Statement> cells = row.statements();
                    Map<String, String> numbers = new LinkedHashMap<>();
                    cells.subList(1, cells.size()).forEach(cell -> numbers.put(cell.name(), cell.text()));
                    report.section(cells.getFirst().text()).tiles(numbers);
                }
            }
        }
    }

    public static void confusion(Report report, String heading, Section section) {
        for (Fact fact : section.facts()) {
            if (fact instanceof Confusion confusion && !confusion.labels().isEmpty()) {
                report.section(heading).text(confusion.caption()).figure(matrix(confusion));
            }
        }
    }

    private static Figure matrix(Confusion confusion) {
        Figure matrix = Plot.confusionMatrix(ints(confusion.labels()), ints(confusion.found()))
                .title("Confusion matrix");
        return confusion.names().isEmpty()
                ? matrix
                : matrix.labels(confusion.names().toArray(String[]::new));
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
