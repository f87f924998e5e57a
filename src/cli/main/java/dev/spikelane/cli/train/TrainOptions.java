package dev.spikelane.cli.train;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.TrainingRecipes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options that say how a network is made and trained; those that are not given are the preset's. */
final class TrainOptions {

    private static final int MOST_NEURONS = 100_000;
    private static final int MOST_STEPS = 10_000;
    private static final int MOST_EPOCHS = 10_000;
    private static final int MOST_SHIFT = 100;
    private static final int MOST_BATCH = 4_096;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = {
                "tutorial3 (784-1000-10, beta 0.99, 200 steps, rate-coded), tutorial5 (784-1000-10, beta 0.95, 25 steps"
                        + " of a static frame, 3 epochs), tutorial6 (12C5-P2-64C5-P2-10, beta 0.5, 50 steps of a static"
                        + " frame, 1 epoch), fashion (as tutorial6, but batch norms, 4 steps, a loss on membranes, 6"
                        + " epochs at a falling rate, and flipped images), recurrent (lines of the image to 256 neurons"
                        + " that feed back to all), attention (a small Spike-driven Transformer with the recipe of"
                        + " fashion, but 3 epochs), or demo (as tutorial5, but a loss on counts, 20 epochs at a falling"
                        + " rate, and flipped images). Default: ${DEFAULT-VALUE}."
            })
    private String preset = "tutorial5";

    @Option(
            names = "--hidden",
            paramLabel = "LAYER[,LAYER...]",
            description = "Hidden layers: 500 is one of 500 neurons; 12C5-P2 is a convolution to 12 maps by kernels of"
                    + " 5 x 5, with a pool of the largest of 2 x 2 where -P2 is there.")
    private @Nullable String hidden;

    @Option(
            names = "--batch-norm",
            negatable = true,
            description = "Normalize what each hidden layer gets by its mean and variance over a batch.")
    private @Nullable Boolean batchNorm;

    @Option(names = "--beta", paramLabel = "B", description = "Decay of the membranes, 0 to 1.")
    private @Nullable Float beta;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "How images become inputs: frame, rate, latency, or pieces (a line or so at each step).")
    private @Nullable String code;

    @Option(names = "--steps", paramLabel = "N", description = "Time steps of an image.")
    private @Nullable Integer steps;

    @Option(
            names = "--loss",
            paramLabel = "LOSS",
            description = "membrane, max-membrane, rate, count, mse-count, or first-spike.")
    private @Nullable String loss;

    @Option(
            names = "--surrogate",
            paramLabel = "NAME",
            description =
                    "atan, fast-sigmoid, sigmoid, straight-through, triangular, spike-rate-escape, sso, lso, or sfs.")
    private @Nullable String surrogate;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
    private @Nullable Integer epochs;

    @Option(names = "--rate", paramLabel = "R", description = "Learning rate of Adam.")
    private @Nullable Double rate;

    @Option(
            names = "--cosine",
            negatable = true,
            description = "Let the rate rise in 200 steps and fall to 0 along a cosine.")
    private @Nullable Boolean cosine;

    @Option(names = "--flip", negatable = true, description = "Flip images at random.")
    private @Nullable Boolean flip;

    @Option(names = "--shift", paramLabel = "N", description = "Shift images at random, by at most N pixels each way.")
    private @Nullable Integer shift;

    @Option(names = "--batch", paramLabel = "N", description = "Images of a training step.")
    private @Nullable Integer batch;

    String preset() {
        return preset;
    }

    /** The preset with the options that were given. */
    TrainingSettings settings(CommandSpec command) {
        TrainingSettings plain = Choices.choose(command, "--preset", preset, TrainingSettings.PRESETS);
        TrainingSettings settings = new TrainingSettings(
                hidden == null ? plain.hidden() : hidden(command, hidden),
                or(batchNorm, plain.batchNorm()),
                plain.recurrent(),
                or(beta, plain.beta()),
                or(code, plain.code()),
                or(steps, plain.steps()),
                or(loss, plain.loss()),
                or(surrogate, plain.surrogate()),
                or(epochs, plain.epochs()),
                or(rate, plain.rate()),
                or(cosine, plain.cosine()),
                or(flip, plain.flip()),
                or(shift, plain.shift()),
                or(batch, plain.batch()));
        Choices.choose(command, "--code", settings.code(), TrainingRecipes.CODES);
        Choices.choose(command, "--loss", settings.loss(), TrainingRecipes.LOSSES);
        Choices.choose(command, "--surrogate", settings.surrogate(), TrainingRecipes.SURROGATES);
        if (settings.hidden().isEmpty() && (batchNorm != null || beta != null)) {
            throw Choices.wrong(
                    command, "--preset attention has norms and a beta of its own, expected no --batch-norm or --beta");
        }
        if (settings.convolves() && settings.recurrent()) {
            throw Choices.wrong(
                    command, "--hidden has a convolution, expected numbers of neurons for --preset recurrent");
        }
        if (settings.convolves() && settings.code().equals("pieces")) {
            throw Choices.wrong(
                    command, "--code is pieces, expected one that shows whole images to the convolutions of --hidden");
        }
        Choices.requireRange(command, "--steps", settings.steps(), 1, MOST_STEPS);
        TrainingRecipes.requireSteps(command, settings.code(), settings.steps());
        Choices.requireRange(command, "--epochs", settings.epochs(), 1, MOST_EPOCHS);
        Choices.requireRange(command, "--shift", settings.shift(), 0, MOST_SHIFT);
        Choices.requireRange(command, "--batch", settings.batch(), 1, MOST_BATCH);
        if (!(settings.beta() >= 0 && settings.beta() <= 1)) {
            throw Choices.wrong(command, "--beta is " + settings.beta() + ", expected 0 to 1");
        }
        if (!(settings.rate() > 0 && settings.rate() < 1)) {
            throw Choices.wrong(command, "--rate is " + settings.rate() + ", expected a number between 0 and 1");
        }
        return settings;
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    private static List<HiddenLayer> hidden(CommandSpec command, String text) {
        List<HiddenLayer> layers = Arrays.stream(text.split(",", -1))
                .map(HiddenLayer::parse)
                .flatMap(Optional::stream)
                .toList();
        boolean known = layers.size() == text.split(",", -1).length;
        if (known && layers.stream().allMatch(layer -> layer.fits(MOST_NEURONS))) {
            return layers;
        }
        throw Choices.wrong(
                command,
                "--hidden is '" + text + "', expected numbers from 1 to " + MOST_NEURONS
                        + ", or convolutions such as 12C5 or 12C5-P2, with commas between them");
    }
}
