package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Recurrence;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Convolutions of cases. */
public final class GoldenConvolution {

    private GoldenConvolution() {}

    /**
     * @param options of the layer: stride, padding and so on, one number or one for each dimension
     * @param weight the input with the weights
     * @param bias the input with the bias, if any
     */
    static Convolution of(GoldenCase golden, JsonNode options, String weight, String bias) {
        List<Integer> shape = golden.shape(weight);
        int rows = shape.getFirst();
        float[] values = golden.floats(weight);
        FloatMatrix weights = FloatMatrix.copyOf(rows, values.length / rows, values);
        Kernel kernel = kernel(options, shape, golden.operation().equals("conv_transpose2d"));
        return golden.hasInput(bias)
                ? Convolution.of(kernel, weights, FloatMatrix.vector(golden.floats(bias)))
                : Convolution.of(kernel, weights);
    }

    private static Kernel kernel(JsonNode options, List<Integer> shape, boolean transposed) {
        int width = shape.getLast();
        int height = shape.size() == 3 ? 1 : shape.get(2);
        Kernel maps = transposed ? Kernel.transposed(height, width) : Kernel.of(height, width);
        Kernel kernel = (shape.size() == 3 ? Kernel.of1d(width) : maps)
                .withStride(first(options, "stride", 1), last(options, "stride", 1))
                .withDilation(first(options, "dilation", 1), last(options, "dilation", 1))
                .withOutputPadding(first(options, "output_padding", 0), last(options, "output_padding", 0))
                .withGroups(options.path("groups").asInt(1));
        return options.path("padding").isTextual()
                ? kernel.withSamePadding()
                : kernel.withPadding(first(options, "padding", 0), last(options, "padding", 0));
    }

    private static int first(JsonNode options, String name, int otherwise) {
        JsonNode declared = options.path(name);
        return declared.isArray() ? declared.get(0).intValue() : declared.asInt(otherwise);
    }

    private static int last(JsonNode options, String name, int otherwise) {
        JsonNode declared = options.path(name);
        return declared.isArray() ? declared.get(declared.size() - 1).intValue() : declared.asInt(otherwise);
    }

    /** Returns a convolution with half its kernel, rounded down, as padding: snnTorch's for feedback. */
    static Convolution keeping(Convolution declared) {
        Kernel kernel = declared.kernel();
        Kernel padded = kernel.withPadding(kernel.y().size() / 2, kernel.x().size() / 2);
        return kernel.biased()
                ? Convolution.of(padded, declared.weights(), declared.bias())
                : Convolution.of(padded, declared.weights());
    }

    /** Returns the shape of a sample. */
    static Shape shape(List<Integer> batch) {
        return batch.size() == 3
                ? Shape.of(batch.get(1), batch.get(2))
                : Shape.of(batch.get(1), batch.get(2), batch.get(3));
    }

    /**
     * Runs maps of neurons with convolutional feedback.
     *
     * @param names our names of the states
     */
    public static void checkRecurrent(
            GoldenCase golden, Function<Recurrence, Neuron> model, Map<String, String> names) {
        List<Integer> all = golden.shape("input");
        Shape maps = Shape.of(all.get(2), all.get(3), all.get(4));
        Convolution declared = of(golden, golden.parameters().path("none"), "recurrent_weight", "recurrent_bias");
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", maps);
        Population p = builder.population("p", maps, model.apply(Recurrence.by(keeping(declared))));
        builder.project("x-p", x, p, new OneToOne(1));
        int steps = all.get(0);
        int batch = all.get(1);
        try (Simulation simulation = builder.build().simulate(batch)) {
            Population.SpikeRecorder spikes = simulation.recordSpikes("p", steps);
            Map<String, Population.VariableRecorder> states = new TreeMap<>();
            names.forEach((array, name) -> states.put(array, simulation.record("p", name, steps)));
            simulation.run(FloatMatrix.copyOf(steps * batch, maps.size(), golden.floats("input")));
            golden.assertSpikes("spk", spikes.spikes().toArray());
            states.forEach((array, recorder) ->
                    golden.assertClose(array, recorder.values().toArray()));
        }
    }
}
