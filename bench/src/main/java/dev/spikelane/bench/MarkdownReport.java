package dev.spikelane.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link Report} as Markdown: the figures that say most, all works, and how time grows. */
final class MarkdownReport {

    private static final String NOTES = """
            Times are medians of one operation; ± is half the distance of the quartiles; B is the heap that one allocates. A number under a
            name says how many times as fast Spikelane is. `1 a cycle` and `measured` are rooflines: the percent of the speed of one load of
            16 floats from L1 in each cycle, and of a loop that does nothing but load and add (rate coding: rounds of random bits), for the
            loads of the active weights. Tables and permutations need fewer loads and may pass both. Before timing, all contestants of a
            work left the same bits. Spikelane and C take spikes as bits; the others as floats, which are in their memory before they begin.
            """;

    private MarkdownReport() {}

    static String of(Report report) {
        StringBuilder text = new StringBuilder("# Spikelane benchmarks\n\n");
        report.facts().forEach(fact -> text.append("- ").append(fact).append('\n'));
        text.append("- `")
                .append(report.command())
                .append("`\n\n")
                .append(NOTES)
                .append("\n## In short\n\n");
        row(text, List.of("work", "found"));
        row(text, List.of("---", "---:"));
        for (Targets.Target target : Targets.of(report)) {
            row(text, List.of(target.work(), target.found()));
        }
        groups(report.measured().values()).forEach((group, works) -> table(text, group, works));
        Scaling.append(text, report.measured());
        return text.toString();
    }

    /** By the words before the sizes. */
    private static Map<String, List<Measurement>> groups(Collection<Measurement> measured) {
        Map<String, List<Measurement>> groups = new LinkedHashMap<>();
        for (Measurement measurement : measured) {
            String group = measurement.work().split(" (?=\\d|neurons|threads)", 2)[0];
            groups.computeIfAbsent(group, name -> new ArrayList<>()).add(measurement);
        }
        return groups;
    }

    private static void table(StringBuilder text, String group, List<Measurement> works) {
        Set<Contestant> others = EnumSet.noneOf(Contestant.class);
        works.forEach(work -> others.addAll(work.times().keySet()));
        others.remove(Contestant.JAVA);
        text.append("\n## ").append(group).append("\n\n");
        List<String> head = new ArrayList<>(List.of("", "time", "±", "B"));
        others.forEach(other -> head.add(other.title()));
        row(text, head);
        row(text, head.stream().map(title -> title.isEmpty() ? "---" : "---:").toList());
        for (Measurement work : works) {
            List<String> cells = new ArrayList<>(List.of(
                    work.work().substring(group.length()).strip(),
                    Table.time(work.java()),
                    "%.0f %%".formatted(work.times().get(Contestant.JAVA).spread() * 100),
                    Long.toString(work.bytes())));
            others.forEach(other -> cells.add(
                    other.isBound() ? Table.percent(work.ratio(other)) : Table.number(work.ratio(other), "%.2f")));
            row(text, cells);
        }
    }

    static void row(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
