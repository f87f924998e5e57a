package dev.spikelane.golden;

import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import dev.spikelane.train.Surrogate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares gradients of single neurons: of currents, states and parameters. */
public final class GoldenGradients {

    private static final String GRADIENT = "grad_";

    private GoldenGradients() {}

    /** Returns the surrogate of a name such as {@code fast_sigmoid:25}, with snnTorch's defaults. */
    static Surrogate surrogate(String name) {
        String[] parts = name.split(":");
        double[] given = Arrays.stream(parts, 1, parts.length)
                .mapToDouble(Double::parseDouble)
                .toArray();
        return switch (parts[0]) {
            case "atan" -> Surrogate.atan(parameter(given, 0, 2));
            case "fast_sigmoid" -> Surrogate.fastSigmoid(parameter(given, 0, 25));
            case "sigmoid" -> Surrogate.sigmoid(parameter(given, 0, 25));
            case "straight_through_estimator" -> Surrogate.straightThrough();
            case "triangular" -> Surrogate.triangular(parameter(given, 0, 1));
            case "heaviside" -> Surrogate.heaviside();
            case "spike_rate_escape" -> Surrogate.spikeRateEscape(parameter(given, 0, 1), parameter(given, 1, 25));
            case "SFS" -> Surrogate.sfs(parameter(given, 0, 25), parameter(given, 1, 1));
            case "LSO" -> Surrogate.lso(parameter(given, 0, 0.1));
            default -> throw new IllegalArgumentException("no surrogate " + name);
        };
    }

    private static double parameter(double[] given, int place, double otherwise) {
        return place < given.length ? given[place] : otherwise;
    }

    static boolean wanted(GoldenCase golden) {
        return golden.outputs().stream().anyMatch(output -> output.startsWith(GRADIENT));
    }

    /**
     * @param names our variables by snnTorch's
     */
    public static void check(GoldenCase golden, Neuron model, Map<String, String> names) {
        if (!wanted(golden)) {
            return;
        }
        List<Integer> shape = golden.shape("input");
        int steps = shape.getFirst();
        int batch = shape.get(1);
        int inputs = shape.getLast();
        boolean dense = golden.hasInput("weight_ih");
        int neurons = golden.integer("hidden_size", inputs);
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(inputs));
        Population population = builder.population("n", Shape.of(neurons), model);
        builder.project("x-n", input, population, dense ? dense(golden, inputs) : new OneToOne(1));
        Network network = builder.build();
        Map<String, String> parameters = parameters(golden);
        boolean own = !network.weights().names().contains("n.recurrent.weight");
        parameters.replaceAll((output, name) -> own && name.equals("n.recurrent.weight") ? "n.V" : name);
        parameters.replaceAll((output, name) -> own && name.equals("n.recurrent.bias") ? "n.bias" : name);
        for (int every : new int[] {steps, 3}) {
            GradientsBuilder wanted = Gradients.of(network, steps, batch)
                    .surrogate(surrogate(golden.text("surrogate")))
                    .recomputeEvery(every)
                    .startAtSpikes("n")
                    .toInput("x");
            parameters.values().stream()
                    .filter(name -> name.startsWith("n.") && !name.startsWith("n.recurrent"))
                    .forEach(wanted::learn);
            names.forEach((array, variable) -> wanted.startAt("n", variable));
            try (Gradients gradients = wanted.build()) {
                run(golden, gradients, names, FloatMatrix.copyOf(steps * batch, inputs, golden.floats("input")));
                golden.assertClose(
                        GRADIENT + "input", gradients.gradientOfInput("x").toArray());
                names.forEach((array, variable) -> {
                    if (golden.outputs().contains(GRADIENT + array + "0")) {
                        golden.assertClose(
                                GRADIENT + array + "0",
                                gradients.gradientOfState("n", variable).toArray());
                    }
                });
                if (golden.outputs().contains(GRADIENT + "spk0")) {
                    golden.assertClose(
                            GRADIENT + "spk0",
                            gradients.gradientOfPreviousSpikes("n").toArray());
                }
                parameters.forEach((output, name) -> {
                    float[] got = gradients.gradient(name).toArray();
                    boolean diagonal =
                            name.equals("n.V") && golden.shape(output).size() == 2;
                    golden.assertClose(output, diagonal ? square(got, neurons) : got);
                });
            }
        }
    }

    /** Returns our parameters by the outputs with their gradients. */
    private static Map<String, String> parameters(GoldenCase golden) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String output : golden.outputs()) {
            if (output.startsWith(GRADIENT) && !output.endsWith("0") && !output.equals(GRADIENT + "input")) {
                names.put(
                        output,
                        switch (output.substring(GRADIENT.length())) {
                            case "recurrent_weight", "weight_hh" -> "n.recurrent.weight";
                            case "recurrent_bias", "bias_hh" -> "n.recurrent.bias";
                            case "weight_ih" -> "x-n.weight";
                            case "bias_ih" -> "x-n.bias";
                            case "graded_spikes_factor" -> "n.gradedSpikesFactor";
                            default -> "n." + output.substring(GRADIENT.length());
                        });
            }
        }
        return names;
    }

    private static Dense dense(GoldenCase golden, int inputs) {
        FloatMatrix weights =
                FloatMatrix.copyOf(golden.shape("weight_ih").getFirst(), inputs, golden.floats("weight_ih"));
        return golden.hasInput("bias_ih")
                ? Dense.of(weights, FloatMatrix.vector(golden.floats("bias_ih")))
                : Dense.of(weights);
    }

    /** Returns a diagonal matrix; one number stands for all. */
    private static float[] square(float[] diagonal, int size) {
        float[] values = new float[size * size];
        for (int i = 0; i < size; i++) {
            values[i * (size + 1)] = diagonal[diagonal.length == 1 ? 0 : i];
        }
        return values;
    }

    private static void run(GoldenCase golden, Gradients gradients, Map<String, String> names, FloatMatrix input) {
        names.forEach((array, variable) -> {
            if (golden.hasInput(array + "0")) {
                gradients.state("n").variable(variable).copyFrom(golden.floats(array + "0"));
            }
            if (golden.hasInput("upstream_" + array)) {
                gradients.given("n", variable).copyFrom(golden.floats("upstream_" + array));
            }
        });
        if (golden.hasInput("spk0")) {
            float[] values = golden.floats("spk0");
            SpikeMatrix previous = gradients.previousSpikes("n");
            for (int i = 0; i < values.length; i++) {
                previous.set(i / previous.columns(), i % previous.columns(), values[i] != 0);
            }
        }
        gradients.given("n").copyFrom(golden.floats("upstream_spk"));
        gradients.forward(input);
        golden.assertSpikes("spk", gradients.spikes("n").toArray());
        gradients.backward();
    }
}
