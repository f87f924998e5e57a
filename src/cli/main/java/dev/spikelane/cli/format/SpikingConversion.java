package dev.spikelane.cli.format;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Replaces ReLUs by spiking neurons.
 *
 * @param calibration images that determine the thresholds
 */
record SpikingConversion(Content read, Model values, Network spiking, Dataset calibration) implements Conversion {

    /** Most images for the thresholds. */
    private static final int CALIBRATION = 1_000;

    private static final int BATCH = 128;

    private static final int STEPS = 32;

    static SpikingConversion of(Content read, Dataset images, double percentile) throws IOException {
        Model values = read.requireModel();
        Dataset some = images.range(0, Math.min(CALIBRATION, images.size()));
        FloatMatrix rows = FloatMatrix.zeros(some.size(), some.shape().size());
        for (int i = 0; i < some.size(); i++) {
            some.read(i, rows, i);
        }
        return FileText.made(
                read.file() + ": ",
                () -> new SpikingConversion(read, values, values.network().spiking(rows, percentile), some));
    }

    @Override
    public Content content() {
        Model model = new Model(spiking, values.notes())
                .with(Model.STEPS, String.valueOf(STEPS))
                .with(Model.CODE, TrainingRecipes.DEFAULT_CODE)
                .with(Model.DECODING, decoding().toString());
        return Content.of(read.file(), read.format(), model, read.notices());
    }

    /** Output membranes add up over time; neurons that replace ReLUs fire instead. */
    private Decoding decoding() {
        boolean fires = spiking.populations().getLast().neuron() instanceof EquationNeuron;
        return fires ? Decoding.COUNT : Decoding.LAST_MEMBRANE;
    }

    @Override
    public Section changes(CommandSpec command, @Nullable Dataset data) {
        Section declared = Section.of("").say("Threshold", "of %,d images of %s", calibration.size(), calibration);
        if (data == null) {
            return declared;
        }
        double before = accuracy(values.network(), 1, data, Decoding.LAST_MEMBRANE);
        declared.say("Accuracy", "%.2f %% by values, on %s", 100 * before, data);
        for (int steps = 4; steps <= 2 * STEPS; steps *= 2) {
            double found = accuracy(spiking, steps, data, decoding());
            declared.say("Accuracy", "%.2f %% in %d steps, %+.2f", 100 * found, steps, 100 * (found - before));
        }
        return declared;
    }

    private static double accuracy(Network network, int steps, Dataset data, Decoding decoding) {
        Batching batching = new Batching(BATCH).withCode(InputEncoding.frame());
        try (Evaluator evaluator = new Evaluator(network, steps, batching, 1).decoding(decoding)) {
            return evaluator.evaluate(data).accuracy();
        }
    }
}
