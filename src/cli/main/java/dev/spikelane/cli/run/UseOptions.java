package dev.spikelane.cli.run;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.model.Model;
import dev.spikelane.train.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

final class UseOptions {

    private static final int MOST_STEPS = 100_000;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Time steps. Default: as the model was trained, else 25.")
    private @Nullable Integer steps;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            description = "frame, rate, latency, or pieces. Default: as the model was trained, else frame.")
    private @Nullable String code;

    @Option(
            names = "--decoding",
            paramLabel = "NAME",
            description =
                    "membrane, max-membrane, last-membrane, count, or first-spike. Default: as the model was trained,"
                            + " else membrane.")
    private @Nullable String decoding;

    boolean isGiven() {
        return steps != null || code != null || decoding != null;
    }

    int steps(CommandSpec command, Model trained) {
        if (steps == null) {
            return trained.steps().orElse(TrainingRecipes.DEFAULT_STEPS);
        }
        Choices.requireRange(command, "--steps", steps, 1, MOST_STEPS);
        return steps;
    }

    String code(Model trained) {
        return noted(code, trained, Model.CODE, TrainingRecipes.DEFAULT_CODE);
    }

    Decoding decoding(CommandSpec command, Model trained) {
        String name = noted(decoding, trained, Model.DECODING, TrainingRecipes.DEFAULT_DECODING);
        return Choices.choose(command, "--decoding", name, TrainingRecipes.DECODINGS);
    }

    private static String noted(@Nullable String given, Model trained, String note, String otherwise) {
        return given == null ? trained.notes().getOrDefault(note, otherwise) : given;
    }

    /** Returns notices about assumed options. */
    List<String> notes(Model trained, Decoding decoded) {
        Map<String, String> known = trained.notes();
        List<String> assumed = new ArrayList<>();
        if (code == null && !known.containsKey(Model.CODE)) {
            assumed.add("--code " + TrainingRecipes.DEFAULT_CODE);
        }
        if (steps == null && !known.containsKey(Model.STEPS)) {
            assumed.add("--steps " + TrainingRecipes.DEFAULT_STEPS);
        }
        if (decoding == null && !known.containsKey(Model.DECODING)) {
            assumed.add("--decoding " + TrainingRecipes.DEFAULT_DECODING);
        }
        List<String> notes = new ArrayList<>();
        if (!assumed.isEmpty()) {
            notes.add("the file does not say how the model was trained; assumed: " + String.join(", ", assumed));
        }
        String wanted = known.getOrDefault(Model.DECODING, decoded.toString());
        if (!wanted.equals(decoded.toString())) {
            notes.add("decoded by " + decoded + ", while it was trained for " + wanted);
        }
        if (steps != null && trained.steps().orElse(steps) != steps) {
            notes.add("run for " + steps + " steps, while it was trained for "
                    + trained.steps().getAsInt());
        }
        if (code != null && !trained.code().orElse(code).equals(code)) {
            notes.add("images become " + code + ", while it was trained with " + known.get(Model.CODE));
        }
        return notes;
    }
}
