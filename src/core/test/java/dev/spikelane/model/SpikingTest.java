package dev.spikelane.model;

import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A network of ReLUs in a file becomes a spiking one, whose rates equal the values. */
final class SpikingTest extends FolderCase {

    private static final String DEEP =
            "1x4x4, c: Conv2d(1, 3, 3, padding=1), n: BatchNorm2d(3), ReLU(), AvgPool2d(2, ceil_mode=False),"
                    + " f: Linear(12, 9), ReLU(inplace=True), g: Linear(9, 4)";

    private static final int SAMPLES = 70;

    private final Random random = new Random(5);
    private final List<Tensor> tensors = new ArrayList<>();

    /** A tensor of random multiples of a unit in a range. */
    private float[] tensor(String name, float unit, int least, int most, Integer... shape) {
        int columns = shape[shape.length - 1];
        FloatMatrix values =
                values(Arrays.stream(shape).reduce(1, (a, b) -> a * b) / columns, columns, unit, least, most);
        tensors.add(Tensor.of(name, values, List.of(shape)));
        return values.toArray();
    }

    private FloatMatrix values(int rows, int columns, float unit, int least, int most) {
        return fill(FloatMatrix.zeros(rows, columns), (i, j) -> unit * (least + random.nextInt(most - least + 1)));
    }

    private Network read(String layers) throws IOException {
        Path file = folder.resolve("relu.safetensors");
        Tensors.of(Map.of(), tensors).write(file);
        return StateDict.read(file).network(layers);
    }

    /** Returns the membranes of a population for a constant frame. */
    private static FloatMatrix run(Network network, FloatMatrix frame, int steps, String population) {
        try (Simulation simulation = network.simulate(frame.rows())) {
            simulation.runConstant(frame, steps);
            FloatMatrix found = simulation.state(population).membrane();
            FloatMatrix copy = FloatMatrix.zeros(found.rows(), found.columns());
            copy.copyFrom(found);
            return copy;
        }
    }

    /** Whole values and a whole threshold avoid rounding: rates equal values and sums equal outputs. */
    @Test
    void ratesAreTheValuesOfRectifiers() throws IOException {
        int steps = 12;
        float[] weights = tensor("f.weight", 1, -2, 2, 6, 5);
        float[] bias = tensor("f.bias", 1, -2, 4, 6);
        float[] outer = tensor("g.weight", 1, -3, 3, 4, 6);
        float[] last = tensor("g.bias", 1, -3, 3, 4);
        Network network = read("f: Linear, ReLU, g: Linear");
        FloatMatrix frame = values(SAMPLES, 5, 1, 0, 3);
        Network spiking = network.spiking(frame, 100);
        float threshold = spiking.weights().get("lif1.threshold").get(0, 0);
        int period = (int) threshold * steps;
        try (Simulation simulation = spiking.simulate(SAMPLES)) {
            SpikeCounts counts = simulation.countSpikes("lif1");
            simulation.runConstant(frame, period);
            float most = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                float[] hidden = new float[6];
                for (int i = 0; i < hidden.length; i++) {
                    hidden[i] = bias[i];
                    for (int j = 0; j < 5; j++) {
                        hidden[i] += weights[i * 5 + j] * frame.get(sample, j);
                    }
                    hidden[i] = Math.max(0, hidden[i]);
                    most = Math.max(most, hidden[i]);
                    assertEquals(hidden[i] * steps, counts.perNeuron().get(sample, i));
                }
                for (int output = 0; output < 4; output++) {
                    float sum = last[output];
                    for (int i = 0; i < hidden.length; i++) {
                        sum += outer[output * 6 + i] * hidden[i];
                    }
                    assertEquals(sum, run(network, frame, 1, "out").get(sample, output));
                    assertEquals(
                            sum * period, simulation.state("out").membrane().get(sample, output));
                }
            }
            assertEquals(most, threshold);
        }
    }

    /** A percentile of all values of a layer, in a plain sort, after a folded norm and a pool. */
    @Test
    void thresholdsArePercentilesAndManyStepsComeCloser() throws IOException {
        Network network = deep();
        FloatMatrix frame = values(SAMPLES, 16, 0.01f, 0, 100);
        double share = 97.3;
        Network spiking = network.spiking(frame, share);
        for (String each : List.of("lif1", "lif2")) {
            float[] sorted = run(network.folded().network(), frame, 1, each).toArray();
            Arrays.sort(sorted);
            int rank = 0;
            while (100.0 * (rank + 1) / sorted.length < share) {
                rank++;
            }
            assertArrayEquals(
                    new float[] {sorted[rank]},
                    spiking.weights().get(each + ".threshold").toArray());
        }
        FloatMatrix expected = run(network, frame, 1, "out");
        Network highest = network.spiking(frame, 100);
        double before = distance(expected, run(highest, frame, 8, "out"), 8);
        double after = distance(expected, run(highest, frame, 256, "out"), 256);
        assertTrue(after < 0.02 && after < before / 4, before + ", then " + after);
        double cut = distance(expected, run(network.spiking(frame, 80), frame, 256, "out"), 256);
        assertTrue(cut > 2 * after, "what is above a threshold is lost: " + cut);
    }

    private Network deep() throws IOException {
        tensor("c.weight", 0.1f, -5, 7, 3, 1, 3, 3);
        tensor("c.bias", 0.1f, -3, 3, 3);
        tensor("n.weight", 0.1f, 5, 15, 3);
        tensor("n.bias", 0.1f, -3, 3, 3);
        tensor("n.running_mean", 0.1f, -3, 3, 3);
        tensor("n.running_var", 0.1f, 5, 15, 3);
        tensors.add(Tensor.of(
                "n.num_batches_tracked",
                Tensor.Type.I64,
                List.of(),
                Arena.ofAuto().allocate(8)));
        tensor("f.weight", 0.1f, -5, 7, 9, 12);
        tensor("f.bias", 0.1f, -3, 3, 9);
        tensor("g.weight", 0.1f, -5, 5, 4, 9);
        tensor("g.bias", 0.1f, -3, 3, 4);
        return read(DEEP);
    }

    private static double distance(FloatMatrix expected, FloatMatrix sums, int steps) {
        double total = 0;
        for (int i = 0; i < sums.rows(); i++) {
            for (int j = 0; j < sums.columns(); j++) {
                total += Math.abs(expected.get(i, j) - sums.get(i, j) / steps);
            }
        }
        return total / sums.rows() / sums.columns();
    }

    @Test
    void refusesWhatRatesDoNotSay() throws IOException {
        Network network = deep();
        FloatMatrix frame = values(3, 16, 0.01f, 0, 100);
        assertRefuses(network, frame, 0, "percentile is 0.0, expected more than 0, at most 100");
        assertRefuses(network, frame, Double.MIN_VALUE, "population 'lif1' is 0 at the percentile 4.9E-324");
        assertRefuses(
                network,
                frame,
                1,
                "population 'lif1' is 0 at the percentile 1.0 of its values on these samples, expected a higher one,"
                        + " or samples that it answers");
        assertRefuses(
                read(DEEP.replace("AvgPool2d(2, ceil_mode=False)", "MaxPool2d(2)")),
                frame,
                99,
                "and the largest of spikes is not that of rates, expected an average");
        assertRefuses(
                Network.builder(16)
                        .dense(3, new TorchRandom(1))
                        .neuron(new Leaky(0.9f))
                        .build(),
                frame,
                99,
                "population 'lif1' is Leaky[");
        NetworkBuilder builder = Network.builder();
        Population relu = builder.population("r", Shape.of(16), EquationNeuron.relu());
        builder.project("a", builder.input("x", Shape.of(16)), relu).project("b", relu, relu);
        assertRefuses(
                builder.delay(1).build(), frame, 99, "projection 'b: r -> r after 1 step (identity)' has a delay");
    }

    private static void assertRefuses(Network network, FloatMatrix samples, double percentile, String part) {
        assertPart(part, () -> network.spiking(samples, percentile));
    }

    /** The largest current of windows of a constant frame is equal at each step. */
    @Test
    void takesTheLargestOfAnInput() throws IOException {
        tensor("c.weight", 1, -1, 1, 2, 1, 3, 3);
        tensor("c.bias", 1, 0, 2, 2);
        tensor("g.weight", 1, -2, 2, 3, 2);
        tensor("g.bias", 1, -1, 1, 3);
        Network network = read("1x4x4, c: Conv2d(1, 2, 3), MaxPool2d(2), ReLU, g: Linear");
        FloatMatrix frame = values(9, 16, 1, 0, 3);
        Network spiking = network.spiking(frame, 100);
        int period = (int) spiking.weights().get("lif1.threshold").get(0, 0);
        assertEquals(0, distance(run(network, frame, 1, "out"), run(spiking, frame, period, "out"), period));
    }
}
