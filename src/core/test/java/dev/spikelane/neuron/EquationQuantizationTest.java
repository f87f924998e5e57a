package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Neurons of equations whose states are rounded before the threshold comparison. */
@EveryWidth
final class EquationQuantizationTest {

    private static final int STEPS = 12;
    private static final Quantization LEVELS = Quantization.uniform(3, 1, 0.5, 0.5);
    private static final Quantization FEW = Quantization.of(-0.25f, 0, 0.5f, 0.75f, 1.25f);

    private static final EquationNeuron LEAKY = EquationNeuron.of("""
            param beta = 0.9, threshold = 1
            state u
            input current
            u = beta * u + current - (u > threshold) * threshold
            spike u > threshold
            """);

    private static final EquationNeuron SYNAPTIC = EquationNeuron.of("""
            param alpha = 0.7, beta = 0.9, threshold = 1
            state u, x
            input current
            x = alpha * x + current
            u = beta * u + x - (u > threshold) * threshold
            spike u > threshold
            """);

    private static final EquationNeuron LATER = EquationNeuron.of("""
            param beta = 0.9, threshold = 0.5
            state u, a
            input current
            noise xi
            refractory 2 holds u
            u = beta * u + current + 0.1 * xi
            a = 0.8 * a
            spike u > threshold + a
            reset u = u - threshold
            reset a = a + 0.3
            """);

    private static Leaky leaky(Quantization levels) {
        return new Leaky(Parameter.of(0.9f), ThresholdAndReset.DEFAULT.withQuantization(levels), Parameter.of(1));
    }

    static List<Arguments> models() {
        return List.of(
                Arguments.of(leaky(LEVELS), LEAKY.withQuantization(LEVELS)),
                Arguments.of(leaky(FEW), LEAKY.withQuantization(FEW)),
                Arguments.of(
                        new Synaptic(
                                Parameter.of(0.7f),
                                Parameter.of(0.9f),
                                ThresholdAndReset.DEFAULT.withQuantization(LEVELS)),
                        SYNAPTIC.withQuantization(LEVELS)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void statesAreThoseOfTheLibrarysModels(Neuron expected, Neuron text) {
        for (int neurons : new int[] {70, 128}) {
            FloatMatrix currents = Matrices.uniform(Arena.ofAuto(), 40, neurons, new Random(1));
            Neuron.Run one = expected.run(currents);
            Neuron.Run other = text.run(currents);
            assertSameBits(one.spikes(), other.spikes(), "spikes");
            assertSameBits(one.membranes(), other.membranes(), "membranes");
            assertNotEquals(0, one.spikes().count());
            assertZeroPads(other.membranes(), "membranes");
            NeuronGroup group = text.bind(Arena.ofAuto(), neurons);
            NeuronState state = group.newState(Arena.ofAuto(), 2);
            SpikeMatrix spikes = SpikeMatrix.zeros(40, neurons);
            group.run(List.of(currents), state, spikes);
            state.names().forEach(name -> assertZeroPads(state.variable(name), name));
            assertZeroPads(spikes, "spikes");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void trainingIsThatOfTheLibrarysModels(Neuron expected, Neuron text) {
        String[] learned = expected instanceof Leaky
                ? new String[] {"lif1.beta"}
                : new String[] {"lif1.alpha", "lif1.beta", "lif1.threshold"};
        assertSameBits(trained(expected, 1, learned), trained(text, 1, learned), "weights");
        assertSameBits(trained(text, 1, learned), trained(text, 2, learned), "weights by two threads");
    }

    private static FloatMatrix trained(Neuron neuron, int threads, String... learned) {
        Network network = Networks.of(20, dense(70, neuron), dense(4, new Leaky(0.9)));
        TrainingBatch batch = TrainingBatch.of(
                Matrices.spikes(Arena.ofAuto(), STEPS * 4, 20, 0.4, new Random(4)), new int[] {0, 1, 2, 3});
        try (Trainer trainer = Trainer.of(network, STEPS, 4)
                .loss(CrossEntropyLoss.count())
                .optimizer(new Adam(0.01))
                .learn(learned)
                .recomputeEvery(5)
                .threads(threads)
                .build()) {
            for (int i = 0; i < 3; i++) {
                trainer.step(batch);
            }
        }
        return network.weights().get("fc1.weight");
    }

    /** Resets follow the rounding, counters of refractory periods are not rounded, and noise is drawn. */
    @Test
    void variablesAreLevelsWhenNeuronsFire() {
        EquationNeuron rounded = LATER.withQuantization(FEW);
        Neuron.Run run = rounded.beforeReset().run(Matrices.uniform(Arena.ofAuto(), 30, 70, new Random(1)));
        for (int row = 0; row < 30; row++) {
            for (int i = 0; i < 70; i++) {
                float u = run.membranes().get(row, i);
                assertEquals(
                        true,
                        Arrays.stream(new Float[] {-0.25f, 0f, 0.5f, 0.75f, 1.25f})
                                .anyMatch(f -> f == u));
            }
        }
        FloatMatrix weights = trained(rounded, 1, "lif1.beta");
        assertSameBits(weights, trained(rounded, 2, "lif1.beta"), "weights");
        assertNotEquals(trained(LATER, 1, "lif1.beta").get(0, 0), weights.get(0, 0));
        Neuron.Run both = rounded.run(Matrices.uniform(Arena.ofAuto(), 30, 70, new Random(1)));
        for (int i = 0; i < 70; i++) { // in neither of the two steps after a spike
            for (int row = 2; row < 30; row++) {
                boolean twice = both.spikes().get(row, i) && both.spikes().get(row - 1, i);
                assertEquals(
                        false,
                        twice || both.spikes().get(row, i) && both.spikes().get(row - 2, i));
            }
        }
    }

    /** A number is rounded like an equal value; the counter of a refractory period is not rounded. */
    @ParameterizedTest
    @CsvSource({"v = 0.3, v = 0.3 + 0 * a", "a = refractory, a = refractory + 0 * v"})
    void statesAreRoundedWhateverTheyWereGiven(String one, String other) {
        String text = """
                state v, a
                input current
                refractory 3
                v = 0.5 * v + current
                a = 0.7 * a + current
                %s
                spike v + a > 1
                reset a = a - v
                """;
        FloatMatrix currents = Matrices.uniform(Arena.ofAuto(), 40, 70, new Random(3));
        Neuron.Run expected =
                EquationNeuron.of(text.formatted(other)).withQuantization(FEW).run(currents);
        Neuron.Run actual =
                EquationNeuron.of(text.formatted(one)).withQuantization(FEW).run(currents);
        assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        assertSameBits(expected.membranes(), actual.membranes(), "membranes");
        assertNotEquals(0, actual.spikes().count());
    }

    /** Gradients of a step in two parts equal those of one part. */
    @Test
    void fineLevelsChangeNextToNothing() {
        EquationNeuron fine = LATER.withQuantization(Quantization.uniform(16, 1, 3, 3));
        String[] learned = {"lif1.beta", "lif1.threshold"};
        assertArrayEquals(
                trained(LATER, 1, learned).toArray(), trained(fine, 1, learned).toArray(), 2e-3f);
    }

    @Test
    void modelFilesKeepLevels(@TempDir Path folder) throws IOException {
        Network network = Networks.dense(new TorchRandom(1), LATER.withQuantization(FEW), 5, 7);
        Path file = folder.resolve("rounded.safetensors");
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertEquals(
                network.population("lif1").neuron(), read.population("lif1").neuron());
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS, 5, 0.5, new Random(2));
        try (Simulation one = network.simulate(1);
                Simulation other = read.simulate(1)) {
            var expected = one.recordSpikes("lif1", STEPS);
            var actual = other.recordSpikes("lif1", STEPS);
            one.run(input);
            other.run(input);
            assertSameBits(expected.spikes(), actual.spikes(), "spikes");
        }
        assertInvalid(
                "population 'lif1' has EquationNeuron, which cannot be written in C: its variables are rounded to"
                        + " levels",
                () -> CExport.of(network).write(folder.resolve("rounded.c")));
    }

    @Test
    void whatNeedsMoreThanVariablesBehindTheSpikeIsRefused() {
        assertInvalid(
                "a line after 'spike' reads 'current' as it was before, expected variables as they are at 'spike',"
                        + " and parameters",
                () -> EquationNeuron.of("state v\ninput current\nv = 0.5 * v + current\nspike v > 1\n"
                                + "reset v = v - 1 + current")
                        .withQuantization(LEVELS));
        assertInvalid(
                "a line after 'spike' reads 'v' as it was before, expected variables as they are at 'spike',"
                        + " and parameters",
                () -> EquationNeuron.of("state v\ninput current\nx = 0.5 * v + current\nv = 0.5 * v + current\n"
                                + "spike v > 1\nreset v = v - x")
                        .withQuantization(LEVELS));
        assertEquals(LEAKY, LEAKY.withQuantization(LEVELS).withQuantization(Quantization.NONE));
        assertNotEquals(LEAKY, LEAKY.withQuantization(LEVELS));
        assertEquals(
                "EquationNeuron[neuron, {beta=0.9, threshold=1.0}, " + LEVELS + "]",
                LEAKY.withQuantization(LEVELS).toString());
    }
}
