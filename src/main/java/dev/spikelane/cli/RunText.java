package dev.spikelane.cli;

import dev.spikelane.train.Evaluation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints for people what a model made of images. */
final class RunText {

    private final PrintWriter out;

    RunText(PrintWriter out) {
        this.out = out;
    }

    /** Prints all; {@code code} is how images became inputs, {@code notes} is what a user should know of that. */
    void print(Path model, RunCommand.Result result, int steps, String code, List<String> notes) {
        TrainedModel trained = result.trained();
        Evaluation evaluation = result.evaluation();
        out.println(Printable.of("Model " + model));
        row(
                "Network",
                trained.network().populations().stream()
                        .map(population -> population.name() + " " + population.size())
                        .collect(Collectors.joining(", ")));
        row("Images", result.data() + ", as " + code + ", " + steps + " steps");
        notes.forEach(note -> row("Note", note));
        row("Accuracy", TrainText.accuracy(evaluation));
        String decoding = trained.notes().get(TrainedModel.DECODING);
        String used = evaluation.decoding().toString();
        if (decoding != null && !decoding.equals(used)) {
            row("Note", "decoded by " + used + ", while it was trained for " + decoding);
        }
        row(
                "Spikes",
                "per image: "
                        + evaluation.spikes().entrySet().stream()
                                .map(each -> String.format(Locale.ROOT, "%s %,.1f", each.getKey(), each.getValue()))
                                .collect(Collectors.joining(", ")));
        work(evaluation);
        out.println();
        confusion(out, evaluation.confusion(TrainJson.classes(evaluation)));
        out.println();
        out.flush();
    }

    /** Prints what integer weights changed. */
    void print(IntegerRun run) {
        row("Weights", run.results());
        row("", run.spikes());
        row("Speed", run.speed());
        out.println();
        out.flush();
    }

    private void work(Evaluation evaluation) {
        double sparse = evaluation.synapticOperations();
        row("Operations", String.format(Locale.ROOT, "%,.0f additions of a weight per image", sparse));
        row(
                "",
                String.format(
                        Locale.ROOT,
                        "%.2f times the %,d multiplications and additions of a dense network that sees it once",
                        sparse / evaluation.denseOperations(),
                        evaluation.denseOperations()));
        row(
                "",
                String.format(
                        Locale.ROOT,
                        "%.1f %% of the %,d of this network in all steps if zeros were multiplied too",
                        100 * sparse / evaluation.denseOperationsOfSteps(),
                        evaluation.denseOperationsOfSteps()));
    }

    /** A line for each label, a column for each class that was found. */
    static void confusion(PrintWriter out, int[][] matrix) {
        StringBuilder head = new StringBuilder("  label \\ found");
        for (int found = 0; found < matrix.length; found++) {
            head.append(String.format(Locale.ROOT, " %5d", found));
        }
        out.println(head);
        for (int label = 0; label < matrix.length; label++) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %13d", label));
            for (int count : matrix[label]) {
                line.append(String.format(Locale.ROOT, " %5s", count == 0 ? "." : String.valueOf(count)));
            }
            out.println(line);
        }
    }

    private void row(String name, String value) {
        out.printf(Locale.ROOT, "  %-13s  %s%n", name, Printable.of(value));
    }
}
