package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.flat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Sparse;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Layer;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.run.EnergyCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Measures equal plain loops over all weights, steps and samples. */
@EveryWidth
final class MeasuresTest extends FolderCase {

    private static final int SAMPLES = 7;
    private static final int STEPS = 6;
    private static final Shape INPUT = Shape.of(2, 5, 4);
    private static final EnergyCounters NONE = EnergyCounters.of(Path.of("nowhere"));

    private static final class Loops {
        private double dense;
        private double macs;
        private double acs;
        private double updates;
        private double silent;
        private double neurons;
    }

    /** Graded frames, some binary, some with zeros. */
    private static Dataset data() {
        Random random = new Random(3);
        FloatMatrix values = FloatMatrix.zeros(SAMPLES, INPUT.size());
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int i = 0; i < INPUT.size(); i++) {
                float value = random.nextInt(3) == 0 ? 0 : random.nextFloat();
                values.set(sample, i, sample == 2 ? Math.round(value) : value);
            }
        }
        return Dataset.of(INPUT, values, new int[SAMPLES], 1);
    }

    /** A third of the weights become 0, and biases stay. */
    private static Network pruned(Network network) {
        for (String name : network.weights().names()) {
            if (name.endsWith("weight") && network.weights().type(name) == ElementType.FLOAT32) {
                FloatMatrix weights = network.weights().get(name);
                for (int i = 0; i < weights.rows() * weights.columns(); i++) {
                    int row = i / weights.columns();
                    int column = i % weights.columns();
                    weights.set(row, column, i % 3 == 1 ? 0 : 2 * weights.get(row, column));
                }
                network.weights().replace(name, weights);
            }
        }
        return network;
    }

    private static Network maps() {
        TorchRandom random = new TorchRandom(1);
        Kernel narrow = Kernel.of(3, 2).withPadding(1, 0).withStride(2, 1).withGroups(2);
        return Networks.of(
                random,
                INPUT,
                Layer.maps(4, narrow, new Leaky(0.9f)),
                Layer.maps(3, Kernel.transposed(2).withStride(2), new Leaky(0.8f)),
                flat(9, new RLeaky(Recurrence.allToAll(9, random), 0.9f)),
                by(Dense.linear(9, 5, random).nearest(ElementType.TERNARY), new Leaky(0.9f)));
    }

    private static Network loops() {
        TorchRandom random = new TorchRandom(2);
        NetworkBuilder builder = Network.builder();
        Projection.Source input = builder.input("input", INPUT);
        Population first = builder.population("first", Shape.of(8), new Leaky(0.9f));
        Population last = builder.population("last", Shape.of(4), new Leaky(0.9f));
        builder.project("in", input, first, new Flatten(), Dense.linear(INPUT.size(), 8, random))
                .delay(1);
        builder.project("forth", first, last, Dense.linear(8, 4, random)).delay(2);
        builder.project("back", last, first, Dense.linear(4, 8, random)).delay(3);
        builder.project("to itself", last, last).delay(1);
        return builder.build();
    }

    /** Returns the numbers of weights and of nonzero weights for each output and input. */
    private static int[][][] weights(Network network, Projection projection) {
        Shape source = projection.source().shape();
        int[][][] found = new int[projection.target().size()][source.size()][2];
        for (Connection each : projection.path()) {
            if (each instanceof Convolution convolution) {
                addWindows(convolution, source, network.weights().get(projection.name() + ".weight"), found);
            } else if (!(each instanceof Flatten)) {
                FloatMatrix weights = network.weights().get(projection.name() + ".weight");
                for (int output = 0; output < found.length; output++) {
                    for (int input = 0; input < source.size(); input++) {
                        found[output][input] = new int[] {1, weights.get(output, input) == 0 ? 0 : 1};
                    }
                }
            }
        }
        return found;
    }

    private static void addWindows(Convolution declared, Shape source, FloatMatrix weights, int[][][] found) {
        Kernel kernel = declared.kernel();
        Shape made = declared.outputShape(source);
        int inputs = source.channels() / kernel.groups();
        int outputs = made.channels() / kernel.groups();
        for (int c = 0; c < source.channels(); c++) {
            for (int o = 0; o < outputs; o++) {
                int output = c / inputs * outputs + o;
                for (int place = 0; place < kernel.y().size() * kernel.x().size(); place++) {
                    int ky = place / kernel.x().size();
                    int kx = place % kernel.x().size();
                    int places = kernel.y().size() * kernel.x().size();
                    float weight = kernel.transposed()
                            ? weights.get(c, o * places + place)
                            : weights.get(output, c % inputs * places + place);
                    for (int y = 0; y < source.height(); y++) {
                        for (int x = 0; x < source.width(); x++) {
                            for (int v = 0; v < made.height(); v++) {
                                for (int u = 0; u < made.width(); u++) {
                                    boolean meets = kernel.transposed()
                                            ? meets(kernel.y(), y, v, ky) && meets(kernel.x(), x, u, kx)
                                            : meets(kernel.y(), v, y, ky) && meets(kernel.x(), u, x, kx);
                                    int[] pair = found[(output * made.height() + v) * made.width() + u][
                                            (c * source.height() + y) * source.width() + x];
                                    pair[0] += meets ? 1 : 0;
                                    pair[1] += meets && weight != 0 ? 1 : 0;
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static boolean meets(Kernel.Axis axis, int window, int at, int place) {
        return window * axis.stride() - axis.padding() + place == at;
    }

    private static double value(Signal rows, int row, int column) {
        return rows instanceof FloatMatrix values
                ? values.get(row, column)
                : ((SpikeMatrix) rows).get(row, column) ? 1 : 0;
    }

    private static Loops loops(Network network, Signal input, int batch) {
        Loops loops = new Loops();
        boolean constant = input.rows() == batch;
        Map<Projection, int[][][]> weights = new HashMap<>();
        network.projections().forEach(each -> weights.put(each, weights(network, each)));
        for (int sample = 0; sample < batch; sample++) {
            try (Simulation simulation = network.simulate(1)) {
                Map<String, SpikeMatrix> spikes = new HashMap<>();
                Map<String, FloatMatrix> membranes = new HashMap<>();
                for (Population each : network.populations()) {
                    spikes.put(
                            each.name(),
                            simulation.recordSpikes(each.name(), STEPS).spikes());
                    membranes.put(
                            each.name(),
                            simulation.recordMembranes(each.name(), STEPS).values());
                }
                for (int step = 0; step < STEPS; step++) {
                    simulation.step(input.rows(constant ? sample : step * batch + sample, 1));
                }
                spikes.put("input", SpikeMatrix.zeros(1, 1));
                for (int step = 0; step < STEPS; step++) {
                    for (Projection each : network.projections()) {
                        Signal rows = network.inputs().contains(each.source())
                                ? input
                                : spikes.get(each.source().name());
                        int from = step - each.delay();
                        int row = rows != input ? from : constant ? sample : from * batch + sample;
                        add(weights.get(each), rows, from < 0 ? -1 : row, loops);
                    }
                    for (Population each : network.populations()) {
                        for (int i = 0; i < each.size(); i++) {
                            loops.neurons++;
                            loops.silent += spikes.get(each.name()).get(step, i) ? 0 : 1;
                            FloatMatrix found = membranes.get(each.name());
                            loops.updates += step == 0 || found.get(step, i) != found.get(step - 1, i) ? 1 : 0;
                        }
                    }
                }
            }
        }
        return loops;
    }

    private static void add(int[][][] weights, Signal rows, int row, Loops into) {
        boolean binary = true;
        double met = 0;
        for (int input = 0; input < weights[0].length; input++) {
            double value = row < 0 ? 0 : value(rows, row, input);
            binary &= value == 0 || value == 1 || value == -1;
            for (int[][] output : weights) {
                into.dense += output[input][0];
                met += value == 0 ? 0 : output[input][1];
            }
        }
        into.acs += binary ? met : 0;
        into.macs += binary ? 0 : met;
    }

    private static Measures measure(Network network, Batching batching) {
        try (Evaluator evaluator = new Evaluator(network, STEPS, batching, 2).decoding(Decoding.NONE)) {
            Measures measures = evaluator.measure(data(), 0, NONE);
            assertEquals(evaluator.evaluate(data()), measures.result());
            assertTrue(measures.cost().seconds() > 0, measures.toString());
            return measures;
        }
    }

    private static void assertLoops(Network network, InputEncoding code) {
        Batching whole = new Batching(SAMPLES).withCode(code).withSeed(5);
        try (BatchLoader loader = new BatchLoader(data(), whole)) {
            loader.start(0);
            assertTrue(loader.next());
            Loops loops = loops(network, loader.batch().input(), SAMPLES);
            for (int batch : List.of(1, 3, SAMPLES)) {
                Measures measures =
                        measure(network, new Batching(batch).withCode(code).withSeed(5));
                assertEquals(loops.dense / SAMPLES, measures.dense());
                assertEquals(loops.macs / SAMPLES, measures.effectiveMacs());
                assertEquals(loops.acs / SAMPLES, measures.effectiveAcs());
                assertEquals(loops.updates / SAMPLES, measures.membraneUpdates());
                assertEquals(loops.silent / loops.neurons, measures.activationSparsity(), 1e-12);
            }
            assertTrue(loops.silent < loops.neurons, "nothing fires");
            assertTrue(loops.acs > 0);
        }
    }

    @Test
    void mapsAndARecurrenceAreLoops() {
        assertEquals(5, maps().projections().size(), "the recurrence is one of them");
        assertLoops(pruned(maps()), InputEncoding.frame());
        assertLoops(pruned(maps()), InputEncoding.rate(new Rate(), STEPS));
        assertLoops(maps(), InputEncoding.rate(new Rate(), STEPS));
    }

    @Test
    void delaysAreLoops() {
        assertLoops(pruned(loops()), InputEncoding.frame());
        assertLoops(pruned(loops()), InputEncoding.rate(new Rate(), STEPS));
    }

    /** The example of NeuroBench's page on synaptic operations: 9 dense ones, of which 4 are effective. */
    @Test
    void theExampleOfNeuroBench() {
        FloatMatrix weights = FloatMatrix.copyOf(3, 3, new float[] {1.3f, 0, -3.2f, 0, 1.2f, -5.1f, -1.1f, 2.7f, 0});
        Network network = Networks.of(3, by(Dense.of(weights, FloatMatrix.zeros(1, 3)), new Leaky(0.5f)));
        Dataset one = Dataset.of(Shape.of(3), FloatMatrix.vector(0, 1.3f, -1), new int[1], 1);
        try (Evaluator evaluator = new Evaluator(network, 1, new Batching(1).withCode(InputEncoding.frame()), 1)) {
            Measures measures = evaluator.measure(one, 0, NONE);
            assertThrows(IllegalArgumentException.class, () -> evaluator.measure(one.withLengths(1)));
            assertEquals(9, measures.dense());
            assertEquals(4, measures.effectiveMacs());
            assertEquals(0, measures.effectiveAcs());
            assertEquals(3 / 9.0, measures.connectionSparsity());
            assertEquals(3, measures.membraneUpdates());
            // 3.2 and 6.66 are above the threshold 1, 2.7 * 1.3 is too
            assertEquals(0, measures.activationSparsity());
            assertEquals(4 * (9 + 3 + 3), measures.footprint()); // beta, threshold and the value of a spike
            assertTrue(Double.isNaN(measures.cost().joules()));
            assertTrue(
                    measures.cost().source().startsWith("unknown: "),
                    measures.cost().source());
        }
    }

    /** NeuroBench counts the first step as an update of all, and later steps only if something changed. */
    @Test
    void silentMembranesAreUpdatedOnce() {
        Network network = Networks.of(INPUT.size(), by(Dense.of(FloatMatrix.zeros(4, INPUT.size())), new Leaky(0.5f)));
        assertEquals(4, measure(network, new Batching(3)).membraneUpdates());
    }

    @Test
    void sparseWeightsAreThoseOfAMatrixWithZeros() {
        Sparse drawn = Sparse.of(Connectivity.inDegree(4)).to(10).weights(0.5).seed(1);
        Network network = Networks.of(INPUT, by(new Flatten(), new Leaky(0.9f), drawn));
        Measures measures = measure(network, new Batching(3).withCode(InputEncoding.rate(new Rate(), STEPS)));
        assertEquals(1 - 40 / 400.0, measures.connectionSparsity());
        assertEquals(40.0 * STEPS, measures.dense());
        assertEquals(measures.result().synapticOperations(), measures.effectiveAcs());
    }

    /** Operations after a pool count as if all inputs were active. */
    @Test
    void behindAPoolAllArrives() {
        Dense dense = Dense.linear(8, 3, new TorchRandom(1));
        Network network = Networks.of(INPUT, by(Pool.max(2), new Leaky(0.9f), new Flatten(), dense));
        Measures measures = measure(network, new Batching(3).withCode(InputEncoding.rate(new Rate(), STEPS)));
        assertEquals(8 * 3 * STEPS, measures.dense());
        assertEquals(8 * 3 * STEPS, measures.effectiveMacs());
        assertEquals(0, measures.effectiveAcs());
    }

    private void zone(String number, String name, long microjoules, long greatest) throws IOException {
        Path zone = Files.createDirectories(folder.resolve("intel-rapl:" + number));
        Files.writeString(zone.resolve("name"), name + "\n");
        Files.writeString(zone.resolve("energy_uj"), microjoules + "\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), greatest + "\n");
    }

    @Test
    void energyIsThatOfPackagesAndMemory() throws IOException {
        zone("0", "package-0", 262_143_000_000L, 262_143_328_850L);
        zone("0:0", "core", 5, 10);
        zone("0:1", "dram", 100, 65_712_999_613L);
        EnergyCounters energy = EnergyCounters.of(folder);
        assertEquals("by the counters of dram, package-0", energy.note());
        long[] before = energy.read();
        zone("0", "package-0", 671_149, 262_143_328_850L); // it has restarted
        zone("0:1", "dram", 250_100, 65_712_999_613L);
        assertEquals(1.0 + 0.25, energy.joules(before, energy.read()), 1e-12);
        Files.delete(folder.resolve("intel-rapl:0").resolve("energy_uj"));
        assertTrue(Double.isNaN(energy.joules(before, energy.read())));
        assertTrue(energy.note().startsWith("unknown: "), energy.note());
        assertTrue(EnergyCounters.of(folder).note().startsWith("unknown: "));
    }

    @Test
    void missingCountersAreNamedWithoutAnException() {
        Path missing = folder.resolve("powercap");
        assertEquals(
                "unknown: this machine has no energy counter at " + missing,
                EnergyCounters.of(missing).note());
    }
}
