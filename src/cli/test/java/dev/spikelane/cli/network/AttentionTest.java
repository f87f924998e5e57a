package dev.spikelane.cli.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention by masks and sums of spikes, against two plain loops and the interpreter of networks. */
final class AttentionTest {

    static final int STEPS = 4;

    /**
     * Creates attention alone, or with a block after it, with values for which some neurons of each population fire.
     */
    static Network network(Shape maps, boolean block, long seed) {
        NetworkBuilder builder = Network.builder();
        TorchRandom random = new TorchRandom(seed);
        Input tokens = builder.input("tokens", maps);
        Input carried = builder.input("carried", maps);
        Population attended = Attention.attention(builder, "a", tokens, carried, random);
        if (block) {
            Attention.block(builder, "b", attended, random);
        }
        return busy(builder.build(), seed);
    }

    private static Network busy(Network network, long seed) {
        Random random = new Random(seed);
        for (String name : network.weights().names()) {
            FloatMatrix values = network.weights().get(name);
            boolean variance = name.endsWith("running_var");
            for (int column = 0; column < values.columns(); column++) {
                for (int row = 0; row < values.rows(); row++) {
                    if (variance) {
                        values.set(row, column, 0.02f + random.nextFloat() / 20);
                    } else if (name.endsWith("running_mean") || name.endsWith("1.bias")) {
                        values.set(row, column, random.nextFloat() / 2 - 0.25f);
                    }
                }
            }
            network.weights().replace(name, values);
        }
        return network;
    }

    static Map<String, Signal> inputs(Shape maps, int batch, long seed) {
        Random random = new Random(seed);
        Arena arena = Arena.ofAuto();
        return Map.of(
                "tokens", Matrices.spikes(arena, STEPS * batch, maps.size(), 0.4, random),
                "carried", Matrices.uniform(arena, STEPS * batch, maps.size(), random));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1", "3, 2, 5, 2, 1", "17, 3, 3, 1, 2", "64, 4, 1, 3, 1", "70, 2, 2, 5, 3"})
    void masksAndSumsAreThoseOfTwoLoops(int channels, int height, int width, int batch, int threads) {
        Shape maps = Shape.of(channels, height, width);
        Network network = network(maps, true, channels);
        Map<String, Signal> inputs = inputs(maps, batch, channels);
        NaiveNetwork expected = new NaiveNetwork(network, inputs, batch);
        expected.run(STEPS);
        try (Simulation simulation = network.simulate(batch, threads)) {
            Map<String, SpikeMatrix> spikes = new HashMap<>();
            for (Population each : network.populations()) {
                spikes.put(
                        each.name(), simulation.recordSpikes(each.name(), STEPS).spikes());
            }
            FloatMatrix[] masked = {
                simulation.record("a.value", "out", STEPS).values(),
                simulation.record("b.value", "out", STEPS).values()
            };
            FloatMatrix sums = simulation.record("b.out", "sum", STEPS).values();
            simulation.run(inputs);
            for (Population each : network.populations()) {
                for (int row = 0; row < STEPS * batch; row++) {
                    for (int i = 0; i < each.size(); i++) {
                        assertEquals(
                                expected.spike(each.name(), row / batch, row % batch, i),
                                spikes.get(each.name()).get(row, i),
                                each.name());
                    }
                }
            }
            for (int row = 0; row < STEPS * batch; row++) {
                for (int i = 0; i < maps.size(); i++) {
                    float sum = expected.value("b.out", "sum", row / batch, row % batch, i);
                    assertEquals(Float.floatToRawIntBits(sum), Float.floatToRawIntBits(sums.get(row, i)));
                }
            }
            compareMasks(maps, batch, spikes, "a.", masked[0]);
            compareMasks(maps, batch, spikes, "b.", masked[1]);
        }
    }

    /** Computes the paper's masks from the spikes of Q, K and V. */
    private static void compareMasks(
            Shape maps, int batch, Map<String, SpikeMatrix> spikes, String name, FloatMatrix masked) {
        int tokens = maps.size() / maps.channels();
        int masks = 0;
        for (int sample = 0; sample < batch; sample++) {
            for (int channel = 0; channel < maps.channels(); channel++) {
                float membrane = 0;
                for (int step = 0; step < STEPS; step++) {
                    int row = step * batch + sample;
                    int sum = 0;
                    for (int token = channel * tokens; token < (channel + 1) * tokens; token++) {
                        sum += spikes.get(name + "query").get(row, token)
                                        && spikes.get(name + "key").get(row, token)
                                ? 1
                                : 0;
                    }
                    membrane = 0.5f * membrane + sum;
                    boolean mask = membrane > 0.5f;
                    membrane = mask ? 0 : membrane;
                    masks += mask ? 1 : 0;
                    for (int token = channel * tokens; token < (channel + 1) * tokens; token++) {
                        boolean passes = mask && spikes.get(name + "value").get(row, token);
                        assertEquals(passes ? 1 : 0, masked.get(row, token));
                    }
                }
            }
        }
        assertTrue(
                name.startsWith("b") || maps.size() < 100 || masks > 0 && masks < batch * STEPS * maps.channels(),
                masks + " masks");
    }

    @Test
    void filesAndFoldedNormsLeaveWhatItDoes(@TempDir Path folder) throws IOException {
        Network network = busy(Attention.network(Shape.of(1, 9, 8), 6, 2, 3, new TorchRandom(1)), 1);
        FloatMatrix images = Matrices.uniform(Arena.ofAuto(), 2, 72, new Random(2));
        float[] expected = membranes(network, images);
        ModelFile.write(folder.resolve("attention.safetensors"), network);
        assertSameBits(
                FloatMatrix.of(expected),
                FloatMatrix.of(membranes(ModelFile.read(folder.resolve("attention.safetensors")), images)),
                "read again");
        Network folded = network.folded().network();
        assertTrue(folded.weights().names().stream().noneMatch(each -> each.contains("running")));
        float[] found = membranes(folded, images);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 1e-4f);
        }
    }

    @Test
    void halfOfAllChannelsMustBeWhole() {
        Shape image = Shape.of(1, 8, 8);
        assertInvalid(
                "channels is 5, expected an even number", () -> Attention.network(image, 5, 1, 3, new TorchRandom(1)));
    }

    private static float[] membranes(Network network, FloatMatrix images) {
        try (Simulation simulation = network.simulate(images.rows())) {
            simulation.runConstant(images, STEPS);
            return simulation.state("classes").membrane().toArray();
        }
    }

    @Test
    void itLearnsTheSameOnAnyThreads() {
        Network[] learned = {learned(1), learned(2)};
        assertEquals(learned[0].weights().hash(), learned[1].weights().hash());
    }

    private static Network learned(int threads) {
        Network network = Attention.network(Shape.of(1, 4, 4), 4, 1, 2, new TorchRandom(1));
        FloatMatrix images = Matrices.uniform(Arena.ofAuto(), 4, 16, new Random(2));
        try (Trainer trainer = Trainer.of(network, STEPS, 4)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.01))
                .threads(threads)
                .build()) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 3; i++) {
                last = trainer.step(TrainingBatch.ofFrame(images, 0, 1, 0, 1));
                first = i == 0 ? last : first;
            }
            assertTrue(last < first, first + " and " + last);
        }
        return network;
    }
}
