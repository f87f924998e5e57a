package dev.spikelane.cli.train;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.cli.output.Value;
import dev.spikelane.data.Dataset;
import dev.spikelane.network.Network;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Loss;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class TrainFacts {

    private static final String INSTALL = "apt install dataset-fashion-mnist (31 MB), then ";
    /** Measured on AMD EPYC Zen 5 (family 26 model 2) with seed 42, 2026-12-03. */
    private static final String ALL =
            "20 epochs of 60,000 images: 36 s on two cores of Zen 5, 89.28 % of 10,000 others";

    private TrainFacts() {}

    static Section settings(TrainingSettings settings, Network network, TrainingData data) {
        Loss loss = settings.lossFunction();
        Dataset heldOut = data.validation();
        return Section.of(
                        "",
                        "Training " + settings.sizes(network) + (settings.recurrent() ? ", RLeaky" : ", Leaky")
                                + ", beta " + settings.beta() + ", " + settings.steps() + " steps, code "
                                + settings.code())
                .say(
                        "Images",
                        "%s: %,d to train on, %,d held out, %,d to test",
                        named("data", data.name()),
                        data.training().size(),
                        heldOut == null ? 0 : heldOut.size(),
                        data.test().size())
                .say("Loss", "%s, surrogate %s", loss.name(), settings.surrogate())
                .say("Decoding", "%s, which this loss trains", TrainingRecipes.describe(loss.decoding()))
                .say(
                        "Optimizer",
                        "Adam, rate %s%s, batch %d, epochs %d",
                        settings.rate(),
                        settings.cosine() ? " along a cosine" : "",
                        settings.batch(),
                        settings.epochs());
    }

    static Section history(List<EpochResult> epochs, boolean validated) {
        return Section.of("")
                .add(new Table(
                        "history",
                        "",
                        Set.of(),
                        epochs.stream().map(each -> epoch(each, validated)).toList()));
    }

    private static Section epoch(EpochResult epoch, boolean validated) {
        Section row = Section.of("")
                .say("epoch", "%d", named("epoch", epoch.epoch()), named("rate", epoch.rate()))
                .say("     loss", "%.4f", named("loss", epoch.loss()))
                .say("accuracy", "%.2f %%", percent("accuracy", epoch.accuracy()));
        if (validated) {
            row.say("held out", "%.2f %%", percent("validation_accuracy", epoch.validationAccuracy()))
                    .value("validation_loss", epoch.validationLoss());
        }
        row.value("gradient_norm", epoch.gradientNorm());
        epoch.spikeRates().forEach((name, rate) -> row.value("spike_rate_" + name, rate));
        return row.say(" images/s", "%,.0f", named("samples_per_second", epoch.samplesPerSecond()));
    }

    /**
     * Returns commands and programs that use the model.
     *
     * @param plain true if the user chose neither images nor a recipe
     * @param embedded true for embedded images
     */
    static Section next(Path model, boolean plain, boolean embedded) {
        Section next = Section.of("", "Next")
                .say("Own images", "./spikelane run --model %s --images FILE --labels FILE, of IDX", model.toString())
                .say("Serve it", "Classifier.of(ModelFile.readModel(path)).classify(pixels).label()");
        return plain || embedded
                ? next.say(
                        "All images",
                        "%s./spikelane train --preset demo --hold-out 0\n%s",
                        embedded ? INSTALL : "",
                        ALL)
                : next;
    }

    static Section files(Path model, @Nullable Path report) {
        Section files = Section.of("").say("Model", "%s", named("model", model.toString()));
        return report == null
                ? files
                : files.say(
                        "Report",
                        "%s",
                        new Value(
                                "report",
                                report.toString(),
                                report.toAbsolutePath().normalize()));
    }
}
