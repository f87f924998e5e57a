package dev.spikelane.cli.train;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.data.Dataset;
import dev.spikelane.network.Network;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Loss;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The statements of training about itself. */
final class TrainFacts {

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

    /** Commands and programs that use the model. */
    static Section next(Path model, boolean embedded) {
        Section next = Section.of("", "Next")
                .say("Own images", "./spikelane run --model %s --images FILE, of IDX or .npy", model.toString())
                .say("Serve it", "Classifier.of(ModelFile.readModel(path)).classify(pixels).label()");
        return embedded
                ? next.say("All images", "apt install dataset-fashion-mnist, then ./spikelane train --preset demo")
                : next;
    }

    static Section files(Path model, @Nullable Path report) {
        Section files = Section.of("").say("Model", "%s", named("model", model.toString()));
        return report == null
                ? files
                : files.say("Report", "%s", report.toAbsolutePath().normalize().toString());
    }
}
