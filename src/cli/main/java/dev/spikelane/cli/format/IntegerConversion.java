package dev.spikelane.cli.format;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.model.ThresholdMargins;
import dev.spikelane.network.Network;
import dev.spikelane.network.Network.FoldedValues;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Folds batch norms into float weights, rounds them to integers, and reports the changes. */
record IntegerConversion(Content read, Model floats, Network.Folded folded, Network integers, ElementType type)
        implements Conversion {

    private static final int BATCH = 128;

    static IntegerConversion of(Content read, ElementType type) throws IOException {
        Model floats = read.requireModel();
        Network.Folded folded = floats.network().folded();
        Network integers =
                FileText.made(read.file() + ": ", () -> folded.network().quantized(type));
        if (integers.toString().equals(folded.network().toString())) {
            throw new IOException(read.file()
                    + ": has no float weights of dense connections or convolutions, expected some to round");
        }
        return new IntegerConversion(read, floats, folded, integers, type);
    }

    @Override
    public Content content() {
        return Content.of(read.file(), read.format(), new Model(integers, floats.notes()), read.notices());
    }

    @Override
    public Section changes(CommandSpec command, @Nullable Dataset data) throws IOException {
        Section declared = Section.of("");
        for (FoldedValues each : folded.changes()) {
            declared.say("Folded", "%s", each);
        }
        try {
            Map<String, Signal> random = ConversionCheck.random(integers.inputs());
            for (ThresholdMargins.Row row : ThresholdMargins.of(
                            folded.network(), integers, random, ConversionCheck.SAMPLES)
                    .populations()) {
                declared.say(
                        "Spikes",
                        "'%s': %,d of %,d decisions differ on a random input",
                        row.name(),
                        row.flips(),
                        row.decisions());
            }
            if (data != null) {
                accuracy(command, declared, data);
            }
        } catch (IllegalArgumentException refused) {
            throw new IOException(read.file() + ": cannot be compared: " + refused.getMessage(), refused);
        }
        return declared;
    }

    private void accuracy(CommandSpec command, Section declared, Dataset data) {
        int steps = floats.steps().orElse(TrainingRecipes.DEFAULT_STEPS);
        String code = floats.notes().getOrDefault(Model.CODE, TrainingRecipes.DEFAULT_CODE);
        Decoding decoding = TrainingRecipes.decoding(command, floats);
        Batching batching =
                new Batching(BATCH).withCode(TrainingRecipes.code(command, code).of(steps));
        try (Evaluator evaluator = TrainingRecipes.evaluator(floats, folded.network(), steps, batching, 1, decoding)) {
            Evaluator.Result.Quantized both = evaluator.quantize(type, data);
            declared.say(
                    "Accuracy",
                    "%.2f %% before, %.2f %% after, the same class for %.2f %% of %s, as %s, %d steps",
                    100 * both.before().accuracy(),
                    100 * both.after().accuracy(),
                    100 * both.agreement(),
                    data,
                    code,
                    steps);
        }
    }
}
