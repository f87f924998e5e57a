package dev.spikelane.cli.input;

import dev.spikelane.data.Batching;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Latency;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Loss;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Surrogate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Parts of training recipes by the names of options. */
public final class TrainingRecipes {

    public static final Map<String, Loss> LOSSES = losses();

    public static final Map<String, Surrogate> SURROGATES = surrogates();

    public static final Map<String, Decoding> DECODINGS = decodings();

    public static final Map<String, ElementType> INTEGERS = Map.of(
            "int8",
            ElementType.INT8,
            "int16",
            ElementType.INT16,
            "int4",
            ElementType.INT4,
            "ternary",
            ElementType.TERNARY);

    /** Defaults for models without notes about their training. */
    public static final int DEFAULT_STEPS = 25;

    public static final String DEFAULT_CODE = "frame";

    public static final String DEFAULT_DECODING = "membrane";

    private static final Map<Decoding, String> DESCRIPTIONS = Map.of(
            Decoding.MEMBRANE, "the largest sum of the softmax of the membranes",
            Decoding.LAST_MEMBRANE, "the highest membrane at the last step",
            Decoding.MAX_MEMBRANE, "the highest membrane",
            Decoding.COUNT, "the most spikes",
            Decoding.FIRST_SPIKE, "the first spike",
            Decoding.NONE, "nothing");

    public static final Map<String, Code> CODES = codes();

    @FunctionalInterface
    public interface Code {
        InputEncoding of(int steps);
    }

    private TrainingRecipes() {}

    private static Map<String, Loss> losses() {
        Map<String, Loss> losses = new LinkedHashMap<>();
        losses.put("membrane", CrossEntropyLoss.membrane());
        losses.put("max-membrane", CrossEntropyLoss.maxMembrane());
        losses.put("rate", CrossEntropyLoss.rate());
        losses.put("count", CrossEntropyLoss.count());
        losses.put("mse-count", SquaredErrorLoss.count(0.8, 0.2));
        losses.put("first-spike", CrossEntropyLoss.temporal());
        return losses;
    }

    private static Map<String, Surrogate> surrogates() {
        Map<String, Surrogate> surrogates = new LinkedHashMap<>();
        surrogates.put("atan", Surrogate.atan());
        surrogates.put("fast-sigmoid", Surrogate.fastSigmoid());
        surrogates.put("sigmoid", Surrogate.sigmoid());
        surrogates.put("straight-through", Surrogate.straightThrough());
        surrogates.put("triangular", Surrogate.triangular());
        surrogates.put("spike-rate-escape", Surrogate.spikeRateEscape());
        surrogates.put("sso", Surrogate.sso());
        surrogates.put("lso", Surrogate.lso());
        surrogates.put("sfs", Surrogate.sfs());
        return surrogates;
    }

    private static Map<String, Decoding> decodings() {
        Map<String, Decoding> decodings = new LinkedHashMap<>();
        for (Decoding each : Decoding.values()) {
            if (each != Decoding.NONE) {
                decodings.put(each.toString(), each);
            }
        }
        return decodings;
    }

    private static Map<String, Code> codes() {
        Map<String, Code> codes = new LinkedHashMap<>();
        for (String word : List.of("frame", "rate", "latency", "pieces")) {
            codes.put(word, steps -> InputEncoding.named(word, steps));
        }
        return codes;
    }

    public static Decoding decoding(CommandSpec command, Model trained) {
        String name = trained.notes().getOrDefault(Model.DECODING, DEFAULT_DECODING);
        return Choices.choose(command, "--decoding", name, DECODINGS);
    }

    /** Returns an evaluator of the model's output population, in blocks for a population code. */
    public static Evaluator evaluator(
            Model trained, Network network, int steps, Batching batching, int threads, Decoding decoding) {
        Evaluator made = new Evaluator(network, steps, batching, threads, trained.population());
        int outputs = trained.network().population(trained.population()).size();
        int classes = trained.classes().orElse(outputs);
        if (classes != outputs) {
            made.loss(CrossEntropyLoss.count().withPopulationCode(classes));
        }
        return made.decoding(decoding);
    }

    /** Returns the encoding of a name, which may have options. */
    public static Code code(CommandSpec command, String word) {
        Code known = CODES.get(word.replaceFirst("\\(.*\\)$", ""));
        if (known == null) {
            return Choices.choose(command, "--code", word, CODES);
        }
        try {
            InputEncoding.named(word, 1);
        } catch (IllegalArgumentException refused) {
            throw Choices.wrong(command, "--code: " + refused.getMessage());
        }
        return steps -> InputEncoding.named(word, steps);
    }

    /** Throws unless the steps suffice for the last spike; called before images are read. */
    public static void requireSteps(CommandSpec command, String code, int steps) {
        int least = code.equals("latency") ? latencySteps() : 1;
        if (steps < least) {
            throw Choices.wrong(
                    command,
                    "--steps is " + steps + ", expected at least " + least + " for --code " + code
                            + ", by when every pixel has fired");
        }
    }

    /** Black pixels fire last. */
    private static int latencySteps() {
        FloatMatrix black = FloatMatrix.zeros(1, 1);
        new Latency().times(black, black);
        return Latency.steps(black);
    }

    public static String describe(Decoding decoding) {
        return DESCRIPTIONS.getOrDefault(decoding, decoding.toString());
    }
}
