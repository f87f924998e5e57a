package dev.spikelane.train;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Dropout of projections in training. */
@EveryWidth
class DropoutTrainingTest {

    private static final int STEPS = 7;
    private static final int BATCH = 6;
    private static final int INPUTS = 20;
    private static final int HIDDEN = 70;
    private static final int CLASSES = 4;
    private static final double P = 0.3;
    private static final long SEED = 77;

    private static final int[] LABELS = {0, 1, 2, 3, 0, 1};

    private static Network network(int delay) {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population hidden = builder.population("hidden", Shape.of(HIDDEN), new Leaky(0.9).withThreshold(0.3));
        Population out = builder.population("out", Shape.of(CLASSES), new Leaky(0.8).withThreshold(0.4));
        builder.project("x-hidden", x, hidden, Dense.linear(INPUTS, HIDDEN, random));
        builder.project("hidden-out", hidden, out, Dense.linear(HIDDEN, CLASSES, random))
                .delay(delay);
        return builder.build();
    }

    /** Returns the last projection alone. */
    private static Network last(Network of) {
        NetworkBuilder builder = Network.builder();
        Input y = builder.input("y", Shape.of(HIDDEN));
        Population out = builder.population("out", Shape.of(CLASSES), new Leaky(0.8).withThreshold(0.4));
        builder.project("hidden-out", y, out, Dense.linear(HIDDEN, CLASSES, new TorchRandom(1)));
        Network made = builder.build();
        for (String name : made.weights().names()) {
            made.weights().replace(name, of.weights().get(name));
        }
        return made;
    }

    private static SpikeMatrix input(int samples) {
        return Matrices.spikes(Arena.ofAuto(), STEPS * samples, INPUTS, 0.3, new Random(1));
    }

    /** The documented K / (1 - p): the projection has the number 1. */
    private static float noise(int epoch, int step, int sample, int element) {
        CounterRandom.Draws draws = CounterRandom.Draws.dropout(SEED, 1, 1);
        draws.setEpoch(epoch);
        draws.setSamples(new int[] {sample}, 0, 1);
        float kept = 1 - (float) P;
        return CounterRandom.uniform(draws.rowKey(step, 0), element) < kept ? 1 / kept : 0;
    }

    /** Forward and back equal a network with masked spikes as values, bit for bit. */
    @Test
    void dropsAndScalesForwardAndBack() {
        for (int delay = 0; delay < 3; delay++) {
            Network network = network(delay);
            FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, CLASSES, new Random(2));
            try (Gradients whole = Gradients.of(network, STEPS, BATCH)
                            .startAt("out", "membrane")
                            .observeSpikes("hidden")
                            .dropout("hidden-out", P)
                            .seed(SEED)
                            .build();
                    Gradients part = Gradients.of(last(network), STEPS, BATCH)
                            .startAt("out", "membrane")
                            .toInput("y")
                            .build()) {
                whole.forward(input(BATCH));
                part.forward(masked(whole.spikes("hidden"), delay));
                Matrices.assertSameBits(part.values("out", "membrane"), whole.values("out", "membrane"), "membranes");
                whole.given("out", "membrane").copyFrom(upstream);
                part.given("out", "membrane").copyFrom(upstream);
                whole.backward();
                part.backward();
                Matrices.assertSameBits(
                        part.gradient("hidden-out.weight"), whole.gradient("hidden-out.weight"), "weights");
                FloatMatrix ofCarried = part.gradientOfInput("y");
                int dropped = 0;
                for (int row = 0; row < (STEPS - delay) * BATCH; row++) {
                    for (int i = 0; i < HIDDEN; i++) {
                        float noise = noise(0, row / BATCH + delay, row % BATCH, i);
                        float expected = ofCarried.get(row + delay * BATCH, i) * noise;
                        assertEquals(expected, whole.observed("hidden").get(row, i), "row " + row + ", neuron " + i);
                        dropped += noise == 0 ? 1 : 0;
                    }
                }
                assertEquals(P, dropped / ((STEPS - delay) * (double) BATCH * HIDDEN), 0.03);
            }
        }
    }

    /** A refused input is no window: neither neurons nor masks advance. */
    @Test
    void refusedInputsAreNoWindow() {
        Network network = network(1);
        FloatMatrix bad = FloatMatrix.zeros(STEPS * BATCH, INPUTS);
        bad.set(3, 2, Float.NaN);
        FloatMatrix[] membranes = new FloatMatrix[2];
        for (int i = 0; i < 2; i++) {
            try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                    .keep("out", "membrane")
                    .dropout("hidden-out", P)
                    .seed(SEED)
                    .build()) {
                gradients.forward(input(BATCH));
                if (i == 1) {
                    assertThrows(IllegalArgumentException.class, () -> gradients.forward(bad));
                    assertThrows(IllegalArgumentException.class, () -> gradients.forwardConstant(bad.rows(0, BATCH)));
                }
                gradients.forward(input(BATCH));
                membranes[i] = FloatMatrix.concatenate(gradients.values("out", "membrane"));
            }
        }
        Matrices.assertSameBits(membranes[0], membranes[1], "membranes");
    }

    private static FloatMatrix masked(SpikeMatrix spikes, int delay) {
        FloatMatrix values = FloatMatrix.zeros(spikes.rows(), spikes.columns());
        for (int row = delay * BATCH; row < spikes.rows(); row++) {
            for (int i = 0; i < spikes.columns(); i++) {
                boolean fires = spikes.get(row - delay * BATCH, i);
                values.set(row, i, fires ? noise(0, row / BATCH, row % BATCH, i) : 0);
            }
        }
        return values;
    }

    private static TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .seed(SEED)
                .optimizer(new Adam(0.01));
    }

    private static long hashAfter(UnaryOperator<TrainerBuilder> wish) {
        Network network = network(1);
        try (Trainer trainer = wish.apply(trainer(network)).build()) {
            for (int i = 0; i < 4; i++) {
                trainer.setEpoch(i);
                trainer.step(TrainingBatch.of(input(BATCH), LABELS));
                trainer.step(
                        TrainingBatch.ofFrame(Matrices.uniform(Arena.ofAuto(), BATCH, INPUTS, new Random(i)), LABELS));
            }
        }
        return network.weights().hash();
    }

    @Test
    void bitsDoNotDependOnWhatServesThem() {
        UnaryOperator<TrainerBuilder> drops =
                trainer -> trainer.dropout("hidden-out", P).dropout("x-hidden", 0.1);
        long expected = hashAfter(drops);
        assertNotEquals(expected, hashAfter(trainer -> trainer));
        assertNotEquals(expected, hashAfter(trainer -> drops.apply(trainer).seed(SEED + 1)));
        assertEquals(expected, hashAfter(trainer -> drops.apply(trainer).threads(3)));
        assertEquals(expected, hashAfter(trainer -> drops.apply(trainer).recomputeEvery(2)));
        assertEquals(
                expected,
                hashAfter(trainer -> drops.apply(trainer).recomputeEvery(3).threads(2)));
        assertEquals(
                hashAfter(trainer -> drops.apply(trainer).shards(4)),
                hashAfter(trainer -> drops.apply(trainer).shards(4).threads(2)));
        UnaryOperator<TrainerBuilder> windows = trainer -> drops.apply(trainer).truncateEvery(3);
        assertEquals(
                hashAfter(windows), hashAfter(trainer -> windows.apply(trainer).threads(2)));
        assertEquals(hashAfter(trainer -> trainer), hashAfter(trainer -> trainer.dropout("hidden-out", 0)));
    }

    /** Each window continues the previous one, so no two steps have equal masks; a sample has its mask at any place. */
    @Test
    void masksBelongToSamplesStepsAndEpochs() {
        float[] all = losses(STEPS, 0, 4, 1, 9);
        float[] moved = losses(STEPS, 0, 9, 4);
        assertEquals(all[0], moved[1]);
        assertEquals(all[2], moved[0]);
        float[] windows = losses(3, 0, 4, 1, 9);
        assertArrayEquals(all, windows, 1e-4f);
        float[] later = losses(STEPS, 1, 4, 1, 9);
        assertNotEquals(all[0], later[0]);
        float[] others = losses(STEPS, 0, 5, 6, 7);
        assertNotEquals(all[0], others[0]);
    }

    /** Returns the current from spikes that always fire, for each sample. */
    private static float[] losses(int window, int epoch, int... samples) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population p = builder.population("p", Shape.of(1), new Leaky(0.9).withThreshold(1000));
        FloatMatrix weights = fill(FloatMatrix.zeros(1, INPUTS), i -> (i + 1) / 64f);
        builder.project("x-p", x, p, Dense.of(weights));
        Network network = builder.build();
        SpikeMatrix input = fill(SpikeMatrix.zeros(STEPS * samples.length, INPUTS), (row, i) -> true);
        float[] membranes = new float[samples.length];
        try (Trainer trainer = Trainer.of(network, STEPS, samples.length)
                .loss(new LastMembrane(membranes))
                .optimizer(new Sgd(0))
                .dropout("x-p", 0.5)
                .truncateEvery(window)
                .build()) {
            trainer.setEpoch(epoch);
            trainer.step(new TrainingBatch(Map.of("x", input), false, new int[samples.length], null, samples));
        }
        return membranes;
    }

    private record LastMembrane(float[] seen) implements Loss {

        @Override
        public String name() {
            return "last_membrane";
        }

        @Override
        public boolean readsSpikes() {
            return false;
        }

        @Override
        public boolean readsMembranes() {
            return true;
        }

        @Override
        public Loss.Computation bind(int steps, int batch, int outputs) {
            return (input, first, end, gradient, terms) -> {
                for (int sample = first; sample < end; sample++) {
                    seen[sample] = input.membranes().get((steps - 1) * batch + sample, 0);
                    terms[sample] = 0;
                }
            };
        }
    }

    @Test
    void networksDropNothing() {
        Network network = network(0);
        float[] before = membranes(network);
        try (Trainer trainer = trainer(network)
                .dropout("hidden-out", 0.9)
                .optimizer(new Sgd(0))
                .build()) {
            double dropped = trainer.step(TrainingBatch.of(input(BATCH), LABELS));
            try (Trainer plain = trainer(network).optimizer(new Sgd(0)).build()) {
                assertNotEquals(plain.step(TrainingBatch.of(input(BATCH), LABELS)), dropped);
            }
        }
        assertArrayEquals(before, membranes(network));
    }

    private static float[] membranes(Network network) {
        try (var simulation = network.simulate(BATCH)) {
            Signal rows = input(BATCH);
            simulation.run(rows);
            return simulation.state("out").membrane().toArray();
        }
    }

    @Test
    void whatCannotBeDroppedIsRefused() {
        TrainerBuilder trainer = trainer(network(0));
        for (double p : new double[] {-0.1, 1, Double.NaN}) {
            assertInvalid("probability is " + p + ", expected 0 to below 1", () -> trainer.dropout("hidden-out", p));
        }
        assertInvalid(
                "there is no projection 'fc2', expected one of [x-hidden, hidden-out]",
                () -> trainer.dropout("fc2", 0.5));
        Network graded =
                Networks.of(INPUTS, dense(5, new Leaky(0.9).withGradedSpikesFactor(2)), dense(3, new Leaky(0.9)));
        FloatMatrix factor = graded.weights().get("lif1.gradedSpikesFactor");
        FloatMatrix one = FloatMatrix.zeros(1, 1);
        one.fill(1);
        graded.weights().replace("lif1.gradedSpikesFactor", one);
        TrainingBatch batch = TrainingBatch.ofFrame(FloatMatrix.zeros(1, INPUTS), 0);
        try (Trainer made = trainer(graded).dropout("fc2", 0.5).build()) {
            graded.weights().replace("lif1.gradedSpikesFactor", factor);
            assertThrows(IllegalArgumentException.class, () -> made.step(batch));
        }
        assertTrue(assertThrows(
                        IllegalArgumentException.class, () -> trainer(graded).dropout("fc2", 0.5))
                .getMessage()
                .startsWith("projection 'fc2' carries graded spikes of population 'lif1'"));
        graded.weights().replace("lif1.gradedSpikesFactor", one);
        TrainerBuilder learning = trainer(graded).dropout("fc2", 0.5).learn("lif1.gradedSpikesFactor");
        assertThrows(IllegalArgumentException.class, learning::build);
    }

    @Test
    void memoryIsSaidBeforehand() {
        TrainerBuilder plain = trainer(network(0)).valuesOnly();
        long before = plain.bytes();
        long masks = SpikeMatrix.zeros(STEPS * BATCH, INPUTS).segment().byteSize();
        long values = FloatMatrix.zeros(STEPS * BATCH + 1, INPUTS).segment().byteSize();
        assertEquals(before + masks + values, plain.dropout("x-hidden", P).bytes());
    }

    @Test
    void channelsNeedMaps() {
        assertInvalid(
                "projection 'hidden-out' carries a row of 70, expected channels of maps for a dropout of channels",
                () -> Gradients.of(network(0), STEPS, BATCH).dropoutChannels("hidden-out", P));
    }

    /**
     * Steps are recomputed in segments, and gradients of a segment's spikes also come from the next one, whose masks
     * are applied again for a pool that reads its inputs.
     */
    @Test
    void segmentsBehindADelayHaveTheBitsOfTheWhole() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(1, 4, 5));
        Population maps = builder.population("maps", Shape.of(2, 4, 5), new Leaky(0.9).withThreshold(0.3));
        Population out = builder.population("out", Shape.of(CLASSES), new Leaky(0.8).withThreshold(0.4));
        builder.project("x-maps", x, maps, Convolution.of(1, 2, Kernel.of(3).withPadding(1), random));
        builder.project(
                        "maps-out",
                        maps,
                        out,
                        OneToOne.scale(0.9f),
                        Pool.max(2),
                        new Flatten(),
                        Dense.linear(8, CLASSES, random))
                .delay(1);
        Network network = builder.build();
        FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, CLASSES, new Random(2));
        FloatMatrix whole = gradient(network, STEPS, upstream);
        assertTrue(whole.get(0, 0) != 0, "something is learned");
        for (int every = 1; every < STEPS; every++) {
            Matrices.assertSameBits(whole, gradient(network, every, upstream), "segments of " + every);
        }
    }

    private static FloatMatrix gradient(Network network, int every, FloatMatrix upstream) {
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .startAt("out", "membrane")
                .dropout("maps-out", P)
                .recomputeEvery(every)
                .seed(SEED)
                .build()) {
            gradients.forward(input(BATCH));
            gradients.given("out", "membrane").copyFrom(upstream);
            gradients.backward();
            return FloatMatrix.concatenate(gradients.gradient("x-maps.weight"));
        }
    }
}
