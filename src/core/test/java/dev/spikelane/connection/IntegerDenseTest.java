package dev.spikelane.connection;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EveryWidth
final class IntegerDenseTest {

    private final TorchRandom random = new TorchRandom(3);
    private final Network network = Networks.of(
            5,
            by(
                    Dense.integers(
                            IntegerMatrix.of(2, 5, new byte[] {1, 2, 3, 4, 5, -1, -2, -128, 127, 0}, 0.5f, 0.25f)),
                    new Leaky(0.5f)));

    @Test
    void namedValuesSayTheirIntegers() {
        Weights weights = network.weights();
        assertEquals(
                List.of("fc1.weight_scale", "fc1.weight", "fc1.bias"),
                weights.names().subList(0, 3));
        assertEquals(ElementType.INT8, weights.type("fc1.weight"));
        assertEquals(ElementType.FLOAT32, weights.type("fc1.bias"));
        assertEquals(-128, weights.integers("fc1.weight").item(1, 2));
        assertEquals(-32, weights.get("fc1.weight").get(1, 2));
        assertArrayEquals(
                new float[] {0.5f, 0.25f}, weights.get("fc1.weight_scale").toArray());
        assertIllegalState(
                "'bias' has elements of FLOAT32, expected INT8, INT16, INT4 or TERNARY",
                () -> weights.integers("fc1.bias"));
    }

    @Test
    void integersOfTheNetworkAreReplaced() {
        Weights weights = network.weights();
        long hash = weights.hash();
        weights.replace("fc1.weight", IntegerMatrix.of(2, 5, new byte[] {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 0.5f, 1));
        assertNotEquals(hash, weights.hash());
        assertEquals(3, weights.get("fc1.weight").get(1, 1));
        weights.replace("fc1.weight_scale", FloatMatrix.of(new float[] {2, 4}));
        assertEquals(16, weights.get("fc1.weight").get(0, 1));
        FloatMatrix values = weights.get("fc1.weight");
        values.set(1, 4, -12);
        weights.replace("fc1.weight", values);
        assertEquals(-3, weights.integers("fc1.weight").item(1, 4));
        weights.replace("fc1.bias", FloatMatrix.of(new float[] {1, 2}));
        assertEquals(2, weights.get("fc1.bias").get(0, 1));
        SpikeMatrix spikes = SpikeMatrix.copyOf(1, 5, new byte[] {1, 0, 0, 0, 1});
        try (Simulation simulation = network.simulate(1)) {
            Population.VariableRecorder membranes = simulation.recordMembranes(0, 1);
            simulation.run(spikes);
            assertArrayEquals(
                    new float[] {1 + 2 * 14, 2 + 4}, membranes.values().toArray());
        }
    }

    @Test
    void refusesWhatIsNoIntegerTimesTheScale() {
        Weights weights = network.weights();
        long hash = weights.hash();
        FloatMatrix values = weights.get("fc1.weight");
        values.set(1, 0, 0.3f);
        assertInvalid(
                "values have 0.3 at row 1, column 0, expected the scale 0.25 times an integer of INT8; IntegerMatrix.nearest"
                        + " rounds, and brings scales that fit",
                () -> weights.replace("fc1.weight", values));
        values.set(1, 0, 32);
        assertThrows(IllegalArgumentException.class, () -> weights.replace("fc1.weight", values));
        assertInvalid(
                "weights are INT16 [2 x 5], expected INT8 [2 x 5]",
                () -> weights.replace("fc1.weight", IntegerMatrix.of(2, 5, new short[10], 1, 2)));
        assertInvalid(
                "weights have 1 scales, expected 2",
                () -> weights.replace("fc1.weight", IntegerMatrix.of(2, 5, new byte[10], 1)));
        assertInvalid(
                "scale 1 is NaN, expected a number whose product with -128 is finite",
                () -> weights.replace("fc1.weight_scale", FloatMatrix.of(new float[] {1, Float.NaN})));
        assertEquals(hash, weights.hash());
    }

    /** If a scale is 0, floats do not determine the integers, so the old ones stay. */
    @Test
    void integersOutliveAScaleOfZero() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(5));
        Population p = builder.population("p", Shape.of(2), new Leaky(0.9f));
        builder.project("fc", x, p, Dense.linear(5, 2, random).nearest(ElementType.INT8))
                .plastic();
        try (Simulation simulation = builder.build().simulate(1)) {
            FloatMatrix scales = simulation.plasticWeights().get("fc.weight_scale");
            IntegerMatrix weights = simulation.plasticWeights().integers("fc.weight");
            simulation.plasticWeights().replace("fc.weight_scale", FloatMatrix.of(new float[] {0, scales.get(0, 1)}));
            try (Simulation fork = simulation.fork()) {
                assertArrayEquals(
                        simulation.snapshot().toBytes(), fork.snapshot().toBytes());
                fork.plasticWeights().replace("fc.weight_scale", scales);
                assertEquals(weights, fork.plasticWeights().integers("fc.weight"));
            }
        }
    }

    private NetworkBuilder graded(float... factors) {
        return Network.builder(3)
                .dense(2, random)
                .neuron(new Leaky(0.9f).withGradedSpikesFactor(factors))
                .connect(Dense.linear(2, 2, random).nearest(ElementType.INT8))
                .neuron(new Leaky(0.9f));
    }

    /** Sums of integers need one spike value; a refused replacement changes nothing. */
    @Test
    void refusesSpikesOfSeveralValues() {
        String refusal = "dense INT8 2 -> 2 sums integers, so that all spikes must carry the same value";
        assertStarts("projection 'fc2': " + refusal, () -> graded(1, 2).build());
        Network same = graded(3, 3).build();
        long hash = same.weights().hash();
        assertStarts(
                refusal, () -> same.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.of(new float[] {1, 2})));
        assertEquals(hash, same.weights().hash());
        same.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.of(new float[] {2}));
        same.weights().replace("fc2.weight", IntegerMatrix.of(2, 2, new byte[4], 1, 1));
        assertStarts(
                "dense INT8 2 -> 2 has the scale 1.0, which times what a spike carries, 3.0E38, and -128 is not finite",
                () -> same.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.of(new float[] {3e38f})));
        assertEquals(2, same.weights().get("lif1.gradedSpikesFactor").get(0, 0));
    }

    private static void assertStarts(String start, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertEquals(start, message.substring(0, Math.min(start.length(), message.length())), message);
    }

    @Test
    void refusesMoreInputsThanSumsHold() {
        assertStarts(
                "weights are INT16 [1 x 65536], expected at most 65535 inputs",
                () -> Dense.integers(IntegerMatrix.of(1, 65_536, new short[65_536], 1)));
    }

    @Test
    void quantizedNetworkHasTheNearestIntegersAndAllOtherValues() {
        Network floats =
                Network.builder(6).dense(4, random).neuron(new Leaky(0.9f)).build();
        floats.weights().replace("fc1.weight", Matrices.uniform(Arena.ofAuto(), 4, 6, new Random(1)));
        floats.weights().replace("fc1.bias", FloatMatrix.of(new float[] {1, 2, 3, 4}));
        floats.weights().replace("lif1.beta", FloatMatrix.of(new float[] {0.25f}));
        Network integers = floats.quantized(ElementType.INT16);
        assertEquals(
                IntegerMatrix.nearest(ElementType.INT16, floats.weights().get("fc1.weight")),
                integers.weights().integers("fc1.weight"));
        assertArrayEquals(
                new float[] {1, 2, 3, 4}, integers.weights().get("fc1.bias").toArray());
        assertEquals(0.25f, integers.weights().get("lif1.beta").get(0, 0));
        assertNotEquals(
                NetworkFingerprint.of(floats.laidOut().description()),
                NetworkFingerprint.of(integers.laidOut().description()));
        assertEquals(ElementType.FLOAT32, floats.weights().type("fc1.weight"));
        assertIllegalState(
                "the type of integer weights is FLOAT32, expected INT8, INT16, INT4 or TERNARY",
                () -> floats.quantized(ElementType.FLOAT32));
    }

    /**
     * Includes rows without weights, recurrences and maps; a file stores them, and other numbers of bits are refused.
     */
    @ParameterizedTest
    @EnumSource(names = {"INT4", "TERNARY"})
    void weightsOfFewBitsRunAsSaidAndAreRead(ElementType type, @TempDir Path folder) throws IOException {
        short[] items = {(short) type.greatest(), 0, (short) type.least(), 1, -1, 0, 0, 0, 0, 0};
        IntegerMatrix declared = IntegerMatrix.of(type, 2, 5, items, 0.5f, 3);
        Network few = Networks.of(
                5,
                by(
                        Dense.integers(declared),
                        new RLeaky(
                                Recurrence.by(
                                        Dense.integers(IntegerMatrix.of(type, 2, 2, new short[] {0, 1, -1, 0}, 0.25f))),
                                0.5f)));
        Path file = folder.resolve("few");
        ModelFile.write(file, few);
        Network read = ModelFile.read(file);
        assertEquals(declared, read.weights().integers("fc1.weight"));
        assertEquals(few.weights().hash(), read.weights().hash());
        assertEquals(few.toString(), read.toString());
        SpikeMatrix spikes = SpikeMatrix.copyOf(1, 5, new byte[] {1, 1, 1, 1, 0});
        try (Simulation simulation = read.simulate(1)) {
            Population.VariableRecorder membranes = simulation.recordMembranes(0, 1);
            simulation.run(spikes);
            assertArrayEquals(
                    new float[] {0.5f * (type.greatest() + type.least() + 1), 0},
                    membranes.values().toArray());
        }
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String other = text.replace("bits\\\":" + type.bits() + "}", "bits\\\":" + (6 - type.bits()) + "}");
        assertNotEquals(text, other);
        Files.write(file, other.getBytes(StandardCharsets.ISO_8859_1));
        if (type == ElementType.INT4) {
            assertPart(IOException.class, "item 0 is 7, expected -1 to 1", () -> ModelFile.read(file));
        } else {
            assertEquals(ElementType.INT4, ModelFile.read(file).weights().type("fc1.weight"));
        }
    }

    @Test
    void flattenedMapsAreQuantizedInTorchsOrder() {
        Dense dense = Dense.linear(12, 3, random);
        Network floats = Networks.of(Shape.of(3, 2, 2), by(new Flatten(), new Leaky(0.9f), dense));
        assertEquals(
                IntegerMatrix.nearest(ElementType.INT8, dense.weights()),
                floats.quantized(ElementType.INT8).weights().integers("fc1.weight"));
    }
}
