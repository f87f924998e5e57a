package dev.spikelane.cli;

import dev.spikelane.network.Network;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Evaluation;
import dev.spikelane.train.Loss;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints for people how training goes. */
final class TrainText {

    private final PrintWriter out;
    private boolean headed;

    TrainText(PrintWriter out) {
        this.out = out;
    }

    void settings(TrainingSettings settings, Network network, TrainingData data, Loss loss) {
        out.println("Training " + settings.sizes(network) + (settings.recurrent() ? ", RLeaky" : ", Leaky") + ", beta "
                + settings.beta() + ", " + settings.steps() + " steps, code " + settings.code());
        row(
                "Images",
                String.format(
                        Locale.ROOT,
                        "%s: %,d to train on, %,d held out, %,d to test",
                        data.name(),
                        data.training().size(),
                        data.validation() == null ? 0 : data.validation().size(),
                        data.test().size()));
        row("Loss", loss.name() + ", surrogate " + settings.surrogate());
        row("Decoding", TrainingRecipes.describe(loss.decoding()) + ", which this loss trains");
        row(
                "Optimizer",
                String.format(
                        Locale.ROOT,
                        "Adam, rate %s%s, batch %d, epochs %d",
                        settings.rate(),
                        settings.cosine() ? " along a cosine" : "",
                        settings.batch(),
                        settings.epochs()));
        out.println();
        out.flush();
    }

    void notice(String text) {
        row("Note", text);
        out.flush();
    }

    void epoch(EpochResult result, boolean validated) {
        if (!headed) {
            headed = true;
            out.printf(
                    Locale.ROOT,
                    "  %5s  %9s  %8s%s  %9s%n",
                    "epoch",
                    "loss",
                    "accuracy",
                    validated ? "  held out" : "",
                    "images/s");
        }
        out.printf(
                Locale.ROOT,
                "  %5d  %9.4f  %6.2f %%%s  %,9.0f%n",
                result.epoch(),
                result.loss(),
                100 * result.accuracy(),
                validated ? String.format(Locale.ROOT, "  %6.2f %%", 100 * result.validationAccuracy()) : "",
                result.samplesPerSecond());
        out.flush();
    }

    void result(Evaluation test, Path model, @Nullable Path report) {
        out.println();
        out.println("Result");
        row("Accuracy", accuracy(test));
        row("Model", model.toString());
        if (report != null) {
            row("Report", report.toAbsolutePath().normalize().toString());
        }
        out.println();
        out.flush();
    }

    /** Accuracy with the decoding by which it was found. */
    static String accuracy(Evaluation evaluation) {
        return String.format(
                Locale.ROOT,
                "%.2f %% of %,d images, decoded by %s",
                100 * evaluation.accuracy(),
                evaluation.samples(),
                TrainingRecipes.describe(evaluation.decoding()));
    }

    private void row(String name, String value) {
        out.printf(Locale.ROOT, "  %-13s  %s%n", name, Printable.of(value));
    }
}
