package dev.spikelane.bench;

import dev.spikelane.kernel.product.spike.SpikeMatmulWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Growth of time with the batch, the neurons and the spikes. */
final class Scaling {

    private Scaling() {}

    /** Appends a table for each of them, with the works that were measured. */
    static void append(StringBuilder text, Map<String, Measurement> measured) {
        table(
                text,
                measured,
                "Batch",
                "of a sample",
                Workloads.overBatch(),
                (work, time) -> time / number(work, "batch "));
        table(
                text,
                measured,
                "Neurons",
                "of a neuron and step",
                Workloads.overNeurons(),
                (work, time) -> time / Workloads.STEPS / number(work, work.startsWith("leaky") ? "neurons " : "784x"));
        spikes(text, measured);
    }

    private static void table(
            StringBuilder text,
            Map<String, Measurement> measured,
            String title,
            String unit,
            List<Work> works,
            BiFunction<String, Double, Double> ofUnit) {
        List<List<String>> rows = new ArrayList<>();
        for (Work work : works) {
            Measurement measurement = measured.get(work.name());
            if (measurement != null) {
                double time = measurement.java();
                rows.add(List.of(work.name(), Table.time(time), "%.2f ns".formatted(ofUnit.apply(work.name(), time))));
            }
        }
        table(text, "How time grows: " + title, List.of("work", "time", unit), rows);
    }

    /** Appends the growth with spikes; the slope between neighbors is the cost of one more spike. */
    private static void spikes(StringBuilder text, Map<String, Measurement> measured) {
        List<List<String>> rows = new ArrayList<>();
        double spikesBefore = 0;
        double timeBefore = 0;
        for (SpikeMatmulWork work : Workloads.overSpikes()) {
            Measurement measurement = measured.get(work.name());
            if (measurement != null) {
                double spikes = work.density() * work.inputs() * work.rows();
                double time = measurement.java();
                String slope =
                        rows.isEmpty() ? "-" : "%.2f ns".formatted((time - timeBefore) / (spikes - spikesBefore));
                rows.add(List.of(
                        work.name(),
                        "%.0f".formatted(spikes),
                        Table.time(time),
                        "%.2f ns".formatted(time / spikes),
                        slope));
                spikesBefore = spikes;
                timeBefore = time;
            }
        }
        table(
                text,
                "How time grows: spikes",
                List.of("work", "spikes", "time", "of a spike", "of a further spike"),
                rows);
    }

    private static void table(StringBuilder text, String title, List<String> head, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append("\n## ").append(title).append("\n\n");
        MarkdownReport.row(text, head);
        MarkdownReport.row(
                text,
                head.stream().map(cell -> cell.equals("work") ? "---" : "---:").toList());
        rows.forEach(row -> MarkdownReport.row(text, row));
    }

    /** Returns the number after some letters in a name. */
    static int number(String work, String before) {
        String rest = work.substring(work.indexOf(before) + before.length());
        return Integer.parseInt(rest.split("\\D", 2)[0]);
    }
}
