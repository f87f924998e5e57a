package dev.spikelane.cli.output;

import dev.spikelane.cli.terminal.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Prints facts as text. */
public final class TextPrinter {

    private static final String LABELS = "label \\ found";

    private final PrintWriter out;
    private final String row;

    /** The heads of the table to which the last line belongs; empty after another line. */
    private List<String> heads = List.of();

    private boolean blank = true;

    public TextPrinter(PrintWriter out) {
        this(out, "  %-13s  %s");
    }

    public TextPrinter(PrintWriter out, String row) {
        this.out = out;
        this.row = row;
    }

    void print(Section... sections) {
        for (Section section : sections) {
            add(section);
        }
        separate();
        out.flush();
    }

    /** Prints a section; a table with the heads of the last one continues it. */
    public void add(Section section) {
        if (!section.title().isEmpty()) {
            separate();
            line(Printable.of(section.title()));
        }
        for (Fact fact : section.facts()) {
            switch (fact) {
                case Statement statement -> print(statement);
                case Table table -> print(table);
                case Confusion confusion -> print(confusion);
            }
        }
        out.flush();
    }

    private void print(Statement statement) {
        if (statement.text().isEmpty()) {
            return;
        }
        if (!heads.isEmpty()) {
            separate();
        }
        String name = statement.name();
        for (String text : statement.text().split("\n", -1)) {
            line(String.format(row, name, text));
            name = "";
        }
    }

    private void print(Table table) {
        if (!table.caption().isEmpty()) {
            print(Statement.of("Columns", "%s", table.caption()));
        }
        List<List<String>> lines = new ArrayList<>();
        if (!heads.equals(table.heads())) {
            separate();
            lines.add(table.heads());
        }
        for (Section each : table.rows()) {
            lines.add(each.statements().stream().map(Statement::text).toList());
        }
        int[] widths = IntStream.range(0, table.heads().size())
                .map(column -> Math.max(
                        table.heads().get(column).length(),
                        lines.stream()
                                .mapToInt(line -> line.get(column).length())
                                .reduce(0, Math::max)))
                .toArray();
        for (List<String> cells : lines) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String side = table.words().contains(table.heads().get(column)) ? "-" : "";
                line.append(String.format("  %" + side + widths[column] + "s", cells.get(column)));
            }
            line(line.toString().stripTrailing());
        }
        heads = table.heads();
    }

    private void print(Confusion confusion) {
        List<Section> rows = new ArrayList<>();
        int[][] counts = confusion.counts();
        for (int label = 0; label < counts.length; label++) {
            Section line = Section.of("").say(LABELS, "%d", label);
            for (int found = 0; found < counts.length; found++) {
                int count = counts[label][found];
                line.say(String.format("%4d", found), "%s", count == 0 ? "." : count);
            }
            rows.add(line);
        }
        print(new Table("", "", Set.of(), rows));
    }

    private void separate() {
        if (!blank) {
            out.println();
        }
        blank = true;
        heads = List.of();
    }

    private void line(String text) {
        out.println(text);
        blank = false;
    }
}
