package dev.spikelane.train.gradient;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Delays between two steps: formula, gradient, range, and use in neurons. */
@EveryWidth
final class LearnedDelayTest {

    private static final int STEPS = 12;
    private static final int BATCH = 3;
    private static final int MOST = 5;
    private static final double[] DELAYS = {0, 0.25, 1, 1.7, 3, 4.999, 5};
    private static final int CHANNELS = DELAYS.length;

    private final FloatMatrix input = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, CHANNELS, new Random(1));

    private static Network network(EquationNeuron delay) {
        return Network.builder(CHANNELS).scale(1).neuron("d", delay).build();
    }

    private static FloatMatrix run(Network network, FloatMatrix input) {
        try (Simulation simulation = network.simulate(BATCH, 2)) {
            FloatMatrix found = simulation.recordMembranes("d", STEPS).values();
            simulation.run(input);
            FloatMatrix copy = FloatMatrix.zeros(found.rows(), found.columns());
            copy.copyFrom(found);
            return copy;
        }
    }

    /** The weight of a value k steps ago. */
    private interface Kernel {
        double weight(int k, double delay);
    }

    private static double linear(int k, double delay) {
        double least = Math.floor(delay);
        return k == least ? 1 - (delay - least) : k == least + 1 ? delay - least : 0;
    }

    private static double gaussian(int k, double delay) {
        double sum = 0;
        for (int i = 0; i <= MOST; i++) {
            sum += Math.exp(-(i - delay) * (i - delay) / (2 * 1.5 * 1.5));
        }
        return Math.exp(-(k - delay) * (k - delay) / (2 * 1.5 * 1.5)) / sum;
    }

    private double expected(Kernel kernel, int row, int channel, double delay) {
        double sum = 0;
        for (int k = 0; k <= MOST && row - k * BATCH >= 0; k++) {
            sum += kernel.weight(k, delay) * input.get(row - k * BATCH, channel);
        }
        return sum;
    }

    @Test
    void valuesComeBetweenTwoStepsOrAllAround() {
        FloatMatrix found = run(network(EquationNeuron.delay(MOST).with("delay", DELAYS)), input);
        FloatMatrix wide = run(network(EquationNeuron.delay(MOST, 1.5).with("delay", DELAYS)), input);
        for (int row = 0; row < found.rows(); row++) {
            for (int i = 0; i < CHANNELS; i++) {
                float delay = (float) DELAYS[i];
                int before = row - (int) delay * BATCH;
                float now = before >= 0 ? input.get(before, i) : 0;
                float last = before >= BATCH ? input.get(before - BATCH, i) : 0;
                float late = delay - (int) delay;
                assertEquals((1 - late) * now + late * last, found.get(row, i) + 0.0f, 1e-7, row + ", " + i);
                if (late == 0) {
                    assertEquals(now, found.get(row, i) + 0.0f);
                }
                assertEquals(expected(LearnedDelayTest::gaussian, row, i, delay), wide.get(row, i), 1e-6);
            }
        }
    }

    /** Of a delay, of weights before it, and of its input. */
    @Test
    void gradientsAreDifferences() {
        gradientsAreDifferences(EquationNeuron.delay(MOST), LearnedDelayTest::linear, 1e-4);
        gradientsAreDifferences(EquationNeuron.delay(MOST, 1.5), LearnedDelayTest::gaussian, 1e-4);
    }

    private void gradientsAreDifferences(EquationNeuron neuron, Kernel kernel, double tolerance) {
        Network network = network(neuron.with("delay", DELAYS));
        FloatMatrix given = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, CHANNELS, new Random(2));
        FloatMatrix window = FloatMatrix.zeros(STEPS / 2 * BATCH, CHANNELS);
        FloatMatrix givenThere = FloatMatrix.zeros(STEPS / 2 * BATCH, CHANNELS);
        try (Gradients gradients = Gradients.of(network, STEPS / 2, BATCH)
                .learn("d.delay")
                .startAt("d", "membrane")
                .toInput("input")
                .threads(2)
                .build()) {
            for (int first = 0; first < input.rows(); first += window.rows()) {
                copy(input, first, window);
                copy(given, first, givenThere);
                gradients.forward(window);
                gradients.given("d", "membrane").copyFrom(givenThere);
                gradients.backward();
                for (int i = 0; i < CHANNELS; i++) {
                    double delay = (float) DELAYS[i];
                    double slope = 0;
                    // From a whole number up to the next one, except for the longest.
                    double from = delay == MOST ? delay - 1e-4 : delay;
                    int end = first + window.rows();
                    for (int row = first; row < end; row++) {
                        slope += given.get(row, i)
                                * (expected(kernel, row, i, from + 1e-4) - expected(kernel, row, i, from))
                                / 1e-4;
                        double back = 0;
                        for (int k = 0; k <= MOST && row + k * BATCH < end; k++) {
                            back += kernel.weight(k, delay) * given.get(row + k * BATCH, i);
                        }
                        assertEquals(back, gradients.gradientOfInput("input").get(row - first, i), 1e-6);
                    }
                    assertEquals(slope, gradients.gradient("d.delay").get(0, i), 50 * tolerance, "delay " + delay);
                }
            }
        }
    }

    private static void copy(FloatMatrix from, int first, FloatMatrix into) {
        for (int row = 0; row < into.rows(); row++) {
            for (int i = 0; i < CHANNELS; i++) {
                into.set(row, i, from.get(first + row, i));
            }
        }
    }

    /** Before other neurons as in these neurons, with equal spikes and gradients. */
    @Test
    void neuronsDelayWhatEntersThem() {
        String lif = "v = 0.9 * v + current\nspike v > 0.2\nreset v = v - 0.2\n";
        double[] delays = {0, 63.5, 1, 1.7, 12, 20.25, 64, 7, 0.5};
        Network apart = Network.builder(CHANNELS)
                .dense(9, new TorchRandom(1))
                .neuron("d", EquationNeuron.delay(64).with("delay", delays))
                .variable("membrane")
                .connect(OneToOne.scale(1))
                .neuron("lif", EquationNeuron.of("state v\ninput current\n" + lif))
                .build();
        Network own = Network.builder(CHANNELS)
                .dense(9, new TorchRandom(1))
                .neuron(
                        "d",
                        EquationNeuron.of(
                                        "param delay = 1 from 0 to 64\nstate v\ninput current delayed by delay\n" + lif)
                                .with("delay", delays))
                .build();
        int steps = 90;
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), steps * BATCH, CHANNELS, new Random(7));
        FloatMatrix given = Matrices.uniform(Arena.ofAuto(), steps * BATCH, 9, new Random(8));
        FloatMatrix[] found = new FloatMatrix[8];
        int place = 0;
        for (Network network : List.of(apart, own)) {
            String last = network.equals(apart) ? "lif" : "d";
            for (int segments = 1; segments <= 3; segments += 2) {
                try (Gradients gradients = Gradients.of(network, steps, BATCH)
                        .learn("d.delay")
                        .startAt(last, "membrane")
                        .toInput("input")
                        .recomputeEvery(segments == 1 ? steps : 40)
                        .threads(segments == 1 ? 2 : 1)
                        .build()) {
                    gradients.forward(values);
                    gradients.given(last, "membrane").copyFrom(given);
                    gradients.backward();
                    found[place] = FloatMatrix.zeros(steps * BATCH, CHANNELS);
                    found[place++].copyFrom(gradients.gradientOfInput("input"));
                    found[place] = FloatMatrix.zeros(1, 9);
                    found[place++].copyFrom(gradients.gradient("d.delay"));
                }
            }
        }
        for (int i = 2; i < found.length; i++) {
            assertSameBits(found[i % 2], found[i], "run " + i / 2);
        }
        assertTrue(IntStream.range(0, 9).anyMatch(i -> found[1].get(0, i) != 0));
    }

    /** Neurons that are created again, as from a file, delay as in simulations. */
    @Test
    void delaysThatOthersReplaceServeInTraining() {
        Network network = network(EquationNeuron.delay(MOST).with("delay", DELAYS));
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .learn("d.delay")
                .keep("d", "membrane")
                .threads(2)
                .build()) {
            gradients.forward(input);
            assertSameBits(run(network, input), gradients.values("d", "membrane"), "as made");
            network.weights().replace("d.delay", FloatMatrix.vector(5, 4, 3.5f, 2, 1.25f, 0, 0.5f));
            gradients.reset();
            gradients.forward(input);
            assertSameBits(run(network, input), gradients.values("d", "membrane"), "replaced");
        }
    }

    /** Delays of whole steps keep spikes; other delays make values. */
    @Test
    void spikesOfWholeStepsStaySpikes() {
        Network network = network(EquationNeuron.delay(MOST).with("delay", 0, 1, 2, 3, 4, 5, 2));
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, CHANNELS, 0.4, new Random(3));
        int[] delays = {0, 1, 2, 3, 4, 5, 2};
        try (Simulation simulation = network.simulate(BATCH)) {
            SpikeMatrix found = simulation.recordSpikes("d", STEPS).spikes();
            simulation.run(spikes);
            for (int row = 0; row < spikes.rows(); row++) {
                for (int i = 0; i < CHANNELS; i++) {
                    int before = row - delays[i] * BATCH;
                    assertEquals(before >= 0 && spikes.get(before, i), found.get(row, i));
                }
            }
        }
    }

    /** A trainer finds the delays of a teacher, and clamps those out of range. */
    @Test
    void aTrainerLearnsDelaysAndKeepsThemInTheRange() {
        double[] teacher = {0, 0.5, 1, 1.5, 2, 2.5, 1.25};
        FloatMatrix targets = run(network(EquationNeuron.delay(MOST).with("delay", teacher)), input);
        double[] start = {1, 1, 1, 1, 1, 1, 1};
        Network network = network(EquationNeuron.delay(MOST, 1).with("delay", start));
        train(network, targets, 1, 150);
        network.weights().replace("d.sigma", FloatMatrix.vector(0.3f)); // narrower, because it is nearly there
        train(network, targets, 0.3, 150);
        float[] found = network.weights().get("d.delay").toArray();
        for (int i = 0; i < CHANNELS; i++) {
            assertEquals(teacher[i], found[i], 0.2, Arrays.toString(found));
        }
        Network wild = network(EquationNeuron.delay(MOST).with("delay", DELAYS));
        train(wild, targets, 1e6, 1);
        float[] held = wild.weights().get("d.delay").toArray();
        Arrays.sort(held);
        assertArrayEquals(new float[] {0, MOST}, new float[] {held[0], held[CHANNELS - 1]});
    }

    private void train(Network network, FloatMatrix targets, double rate, int count) {
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(SquaredErrorLoss.membraneTargets())
                .learnOnly("d.delay")
                .optimizer(new Sgd(rate))
                .build()) {
            for (int i = 0; i < count; i++) {
                trainer.step(TrainingBatch.withTargets(input, targets));
            }
        }
    }

    /** Before other neurons: series of different lengths, a snapshot, a fork. */
    @Test
    void delaysAreStateAsOthers() {
        Network network = Network.builder(CHANNELS)
                .dense(9, new TorchRandom(1))
                .neuron("d", EquationNeuron.delay(MOST).with("delay", 0, 1, 2.5, 3, 4.75, 5, 0.5, 1.5, 2))
                .variable("membrane")
                .scale(1)
                .neuron("lif", new Leaky(0.9f).withThreshold(0.2f))
                .build();
        int[] lengths = {12, 4, 7};
        try (Simulation together = network.simulate(BATCH);
                Simulation half = network.simulate(BATCH);
                Simulation alone = network.simulate(1)) {
            Population.SpikeRecorder all = together.recordSpikes("lif", STEPS);
            together.run(input, lengths);
            Population.SpikeRecorder one = alone.recordSpikes("lif", STEPS);
            for (int sample = 0; sample < BATCH; sample++) {
                int at = sample;
                FloatMatrix own = fill(
                        FloatMatrix.zeros(lengths[sample], CHANNELS), (step, i) -> input.get(step * BATCH + at, i));
                alone.reset();
                alone.run(own);
                for (int step = 0; step < STEPS; step++) {
                    for (int i = 0; i < 9; i++) {
                        boolean expected =
                                step < lengths[sample] && one.spikes().get(step, i);
                        assertEquals(expected, all.spikes().get(step * BATCH + sample, i));
                    }
                }
            }
            FloatMatrix first = FloatMatrix.zeros(5 * BATCH, CHANNELS);
            FloatMatrix second = FloatMatrix.zeros(7 * BATCH, CHANNELS);
            for (int row = 0; row < input.rows(); row++) {
                for (int i = 0; i < CHANNELS; i++) {
                    (row < 5 * BATCH ? first : second)
                            .set(row < 5 * BATCH ? row : row - 5 * BATCH, i, input.get(row, i));
                }
            }
            half.run(first);
            try (Simulation fork = half.fork();
                    Simulation other = network.simulate(BATCH)) {
                other.restore(half.snapshot());
                half.run(second);
                fork.run(second);
                other.run(second);
                together.reset();
                together.run(input);
                byte[] expected = together.snapshot().toBytes();
                assertArrayEquals(expected, half.snapshot().toBytes());
                assertArrayEquals(expected, fork.snapshot().toBytes());
                assertArrayEquals(expected, other.snapshot().toBytes());
                assertSameBits(
                        together.state("lif").membrane(), fork.state("lif").membrane(), "membrane");
            }
        }
    }

    @Test
    void refusesDelaysOutOfRange() {
        EquationNeuron delay = EquationNeuron.delay(MOST);
        assertInvalid("delay is 5.5, expected 0.0 to 5.0", () -> delay.with("delay", 5.5));
        assertInvalid("the longest delay is 65, expected 1 to 64 steps", () -> EquationNeuron.delay(65));
        assertInvalid("sigma is 0.05, expected 0.1 to 100.0", () -> EquationNeuron.delay(7, 0.05));
        Network network = network(delay);
        assertInvalid(
                "delay is -1.0, expected 0.0 to 5.0",
                () -> network.weights().replace("d.delay", FloatMatrix.vector(-1)));
    }

    /** Maps have whole rows of currents, of which threads take tiles; a copy for each of these took 267 MB. */
    @Test
    void delayedCurrentsTakeAsMuchMemoryAsCurrents() {
        Network network = Network.builder(Shape.of(1, 64, 64))
                .connect(Convolution.of(dev.spikelane.connection.Kernel.of(3).withPadding(1), FloatMatrix.zeros(32, 9)))
                .maxPool2d(2)
                .neuron("d", EquationNeuron.delay(3))
                .build();
        try (Simulation simulation = network.simulate(16)) {
            simulation.run(SpikeMatrix.zeros(16, 4_096));
            long before = NativeMemory.held();
            simulation.run(SpikeMatrix.zeros(64, 4_096));
            long megabytes = NativeMemory.held() - before >> 20;
            assertTrue(megabytes < 40, megabytes + " MB"); // 8 of currents, 8 of delayed ones
        }
    }

    /** Each of a million once: a copy for each of them took minutes. */
    @Test
    void manyDelaysAreChecked() {
        Parameter many = Parameter.of(new float[1 << 20]);
        Duration most = Duration.ofMinutes(5); // enough for a machine that stands still
        assertTimeoutPreemptively(most, () -> EquationNeuron.delay(5).withParameter("delay", many));
    }
}
