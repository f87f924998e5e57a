package dev.spikelane.cli.train;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.TrainingRecipes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options of a network and its training; the preset supplies those that are not given. */
final class TrainOptions {

    private static final String ATTENTION = "attention";
    private static final String SAMPLE = "sample";

    /** Options of each preset that differ from the defaults. */
    private static final Map<String, String> PRESETS = Map.of(
            "attention",
            "--hidden attention --batch-norm --beta 0.5 --steps 4 --rate 5e-3 --cosine --flip --batch 64",
            "tutorial3",
            "--beta 0.99 --code rate --steps 200 --epochs 1",
            "tutorial5",
            "--epochs 3",
            "tutorial6",
            "--hidden 12C5-P2,64C5-P2 --beta 0.5 --steps 50 --loss rate --surrogate fast-sigmoid --epochs 1"
                    + " --rate 1e-2",
            "fashion",
            "--hidden 12C5-P2,64C5-P2 --batch-norm --beta 0.5 --steps 4 --epochs 6 --rate 5e-3 --cosine --flip"
                    + " --batch 64",
            "recurrent",
            "--hidden 256 --recurrent --beta 0.9 --code pieces --steps 28 --epochs 5 --rate 1e-3 --cosine",
            "demo",
            "--loss mse-count --epochs 20 --rate 1e-3 --cosine --flip",
            SAMPLE,
            "--steps 10 --loss mse-count --epochs 10 --rate 1e-3 --cosine --flip");

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
                        + " fashion, but 3 epochs), demo (as tutorial5, but a loss on counts, 20 epochs at a falling"
                        + " rate, and flipped images), or sample (as demo, but 10 steps and 10 epochs, for few"
                        + " images). Default: tutorial5, or sample for the embedded images."
            })
    private @Nullable String preset;

    @Option(
            names = "--hidden",
            paramLabel = "LAYER[,LAYER...]",
            description = "Hidden layers: 500 is one of 500 neurons; 12C5-P2 is a convolution to 12 maps with kernels"
                    + " of 5 x 5, followed by a max pool of 2 x 2 (-P2).")
    private String hidden = "1000";

    @Option(
            names = "--batch-norm",
            negatable = true,
            description = "Normalize the input of each hidden layer by its mean and variance over a batch.")
    private boolean batchNorm;

    @Option(names = "--recurrent", hidden = true, description = "Feed all spikes of a hidden layer back to it.")
    private boolean recurrent;

    @Option(names = "--beta", paramLabel = "B", description = "Decay of the membranes, 0 to 1.")
    private float beta = 0.95f;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description =
                    "How images become inputs: frame, rate, latency, or pieces (a part, such as a line, in each step).")
    private String code = "frame";

    @Option(names = "--steps", paramLabel = "N", description = "Time steps of an image.")
    private int steps = 25;

    @Option(
            names = "--loss",
            paramLabel = "LOSS",
            description = "membrane, max-membrane, rate, count, mse-count, or first-spike.")
    private String loss = "membrane";

    @Option(
            names = "--surrogate",
            paramLabel = "NAME",
            description =
                    "atan, fast-sigmoid, sigmoid, straight-through, triangular, spike-rate-escape, sso, lso, or sfs.")
    private String surrogate = "atan";

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
    private int epochs = 3;

    @Option(names = "--rate", paramLabel = "R", description = "Learning rate of Adam.")
    private double rate = 5e-4;

    @Option(
            names = "--cosine",
            negatable = true,
            description = "Raise the learning rate for 200 steps, then lower it to 0 along a cosine.")
    private boolean cosine;

    @Option(names = "--flip", negatable = true, description = "Flip images at random.")
    private boolean flip;

    @Option(names = "--shift", paramLabel = "N", description = "Shift images at random, by at most N pixels each way.")
    private int shift;

    @Option(names = "--batch", paramLabel = "N", description = "Images of a training step.")
    private int batch = 128;

    boolean hasPreset() {
        return preset != null;
    }

    String preset(boolean embedded) {
        return preset == null ? (embedded ? SAMPLE : "tutorial5") : preset;
    }

    /** Returns the settings of a preset, replaced by the options of the user. */
    TrainingSettings settings(CommandSpec command, String preset) {
        ParseResult given = command.commandLine().getParseResult();
        CommandLine line = new CommandLine(new TrainOptions());
        line.parseArgs(Choices.choose(command, "--preset", preset, PRESETS).split(" "));
        for (OptionSpec option : line.getParseResult().matchedOptions()) {
            if (!given.hasMatchedOption(option.longestName())) {
                command.findOption(option.longestName()).setValue(option.getValue());
            }
        }
        TrainingSettings settings = new TrainingSettings(
                hidden.equals(ATTENTION) ? List.of() : hidden(command, hidden),
                batchNorm,
                recurrent,
                beta,
                code,
                steps,
                loss,
                surrogate,
                epochs,
                rate,
                cosine,
                flip,
                shift,
                batch);
        Choices.choose(command, "--code", settings.code(), TrainingRecipes.CODES);
        Choices.choose(command, "--loss", settings.loss(), TrainingRecipes.LOSSES);
        Choices.choose(command, "--surrogate", settings.surrogate(), TrainingRecipes.SURROGATES);
        if (settings.hidden().isEmpty()
                && (given.hasMatchedOption("--batch-norm") || given.hasMatchedOption("--beta"))) {
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
