package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConvolutionTest {

    private static final Shape MAPS = Shape.of(4, 5, 8);

    private static Convolution of(Kernel kernel) {
        return Convolution.of(4, 6, kernel, new TorchRandom(1));
    }

    @Test
    void shapesAreThoseOfTorch() {
        assertEquals(Shape.of(6, 3, 6), of(Kernel.of(3)).outputShape(MAPS));
        assertEquals(
                Shape.of(6, 3, 4), of(Kernel.of(3).withStride(2).withPadding(1)).outputShape(MAPS));
        assertEquals(Shape.of(6, 1, 7), of(Kernel.of(3, 2).withDilation(2, 1)).outputShape(MAPS));
        assertEquals(Shape.of(6, 5, 8), of(Kernel.of(4, 3).withSamePadding()).outputShape(MAPS));
        assertEquals(
                Shape.of(6, 10, 17),
                of(Kernel.transposed(2, 3).withStride(2).withOutputPadding(0, 0))
                        .outputShape(MAPS));
        assertEquals(
                Shape.of(6, 9, 16),
                of(Kernel.transposed(3, 2).withStride(2).withPadding(1, 0)).outputShape(MAPS));
        assertEquals(Shape.of(6, 3), of(Kernel.of1d(3).withStride(2)).outputShape(Shape.of(4, 8)));
    }

    @Test
    void firstWeightsAreThoseOfTorch() {
        Convolution drawn = Convolution.of(4, 6, Kernel.of(2, 3).withGroups(2), new TorchRandom(7));
        assertDrawn(drawn, 6, 12);
        assertDrawn(Convolution.of(4, 6, Kernel.transposed(2, 3).withGroups(2), new TorchRandom(7)), 4, 18);
        TorchRandom random = new TorchRandom(7);
        Convolution unbiased = Convolution.of(4, 6, Kernel.of1d(3).withoutBias(), random);
        assertEquals(0, unbiased.bias().get(0, 0));
        TorchRandom same = new TorchRandom(7);
        same.kaimingUniform(FloatMatrix.zeros(6, 12), 12);
        assertEquals(same.rand(1, 1).get(0, 0), random.rand(1, 1).get(0, 0), "a bias that is not there draws nothing");
    }

    private static void assertDrawn(Convolution drawn, int rows, int columns) {
        TorchRandom random = new TorchRandom(7);
        FloatMatrix weights = FloatMatrix.zeros(rows, columns);
        FloatMatrix bias = FloatMatrix.zeros(1, 6);
        random.kaimingUniform(weights, columns);
        random.kaimingUniform(bias, columns);
        assertArrayEquals(weights.toArray(), drawn.weights().toArray());
        assertArrayEquals(bias.toArray(), drawn.bias().toArray());
    }

    @Test
    void kernelsSayWhatTheyAre() {
        assertEquals("conv2d 4 -> 6, 3 x 3", of(Kernel.of(3)).toString());
        assertEquals(
                "conv1d 4 -> 6, 3, padding 1", of(Kernel.of1d(3).withPadding(1)).toString());
        assertEquals(
                "conv transpose2d 4 -> 6, 2 x 3, stride 2 x 2, output padding 1 x 0, groups 2, no bias",
                of(Kernel.transposed(2, 3)
                                .withStride(2)
                                .withOutputPadding(1, 0)
                                .withGroups(2)
                                .withoutBias())
                        .toString());
        assertEquals(
                "conv2d INT8 4 -> 6, 2 x 2, padding same, dilation 2 x 2",
                of(Kernel.of(2).withSamePadding().withDilation(2))
                        .nearest(ElementType.INT8)
                        .toString());
    }

    @Test
    void errorsNameTheProjection() {
        String name = "projection 'conv1' from 'input': ";
        refused(
                name + "7 x 3, padding 0 x 1 spans 7 inputs along its height, expected at most 5, those of its source"
                        + " with the padding",
                Kernel.of(7, 3).withPadding(0, 1));
        refused(
                name + "there are 4 input channels, expected a multiple of 3, the groups",
                Kernel.of(1).withGroups(3));
        refused(
                name + "there are 6 output channels, expected a multiple of 4, the groups",
                Kernel.of(1).withGroups(4));
        refused(
                name + "1 x 1, padding 3 x 3 makes -1 outputs along its height, expected at least 1",
                Kernel.transposed(1).withPadding(3));
        refused(
                name + "1 x 1, stride 1073741824 x 1073741824 makes 7516192769 outputs along its width,"
                        + " expected at most 2147483647",
                Kernel.transposed(1).withStride(1 << 30));
        refused(
                name + "3 x 3, padding 1073741824 x 1073741824, dilation 1073741824 x 1073741824"
                        + " reaches 2147483656 inputs along its width, padding included, expected at most 2147483647",
                Kernel.of(3).withPadding(1 << 30).withDilation(1 << 30));
        refused(
                name + "3 x 3, padding same, dilation 1073741824 x 1073741824"
                        + " reaches 2147483656 inputs along its width, padding included, expected at most 2147483647",
                Kernel.of(3).withSamePadding().withDilation(1 << 30));
        refused(
                name + "3 x 3, padding 1073741824 x 1073741824, dilation 1073741824 x 1073741824"
                        + " reaches 4294967305 inputs along its width, padding included, expected at most 2147483647",
                Kernel.transposed(3).withPadding(1 << 30).withDilation(1 << 30));
        refused(
                name + "conv1d 4 -> 6, 3 has a source of shape [4 x 5 x 8], expected channels and length",
                Kernel.of1d(3));
        NetworkBuilder flat = Network.builder(7);
        assertInvalid(
                name + "conv2d 7 -> 6, 3 x 3 has a source of shape [7], expected channels, height and width",
                () -> flat.conv2d(6, 3, new TorchRandom(1)));
    }

    /** In a chain, and between populations of a graph. */
    @Test
    void errorsOfPathsNameTheProjection() {
        NetworkBuilder chain = Network.builder(MAPS);
        chain.conv2d(3, 3, new TorchRandom(1));
        assertInvalid(
                "projection 'conv1' from 'input': max pool 9 x 9 spans 9 values along its height and makes no output,"
                        + " expected at most 3, those of its source with the padding",
                () -> chain.maxPool2d(9));
        NetworkBuilder graph = Network.builder();
        Input x = graph.input("x", MAPS);
        Population p = graph.population("p", Shape.of(6, 1, 1), new Leaky(0.5));
        graph.project("x-p", x, p, of(Kernel.of(7, 3)));
        assertInvalid(
                "projection 'x-p' from 'x' to 'p': 7 x 3 spans 7 inputs along its height, expected at most 5,"
                        + " those of its source with the padding",
                graph::build);
    }

    /** Weights of 40 TB, and too many neurons. */
    @Test
    void tooMuchNamesTheProjection() {
        NetworkBuilder wide = Network.builder(Shape.of(1 << 20, 3, 3));
        OutOfMemoryError refused =
                assertThrows(OutOfMemoryError.class, () -> wide.conv2d(1 << 20, 3, new TorchRandom(1)));
        String message = refused.getMessage();
        assertTrue(
                message.startsWith(
                        "projection 'conv1' from 'input': FloatMatrix [1048576 x 9437184] is refused: 39582418599936"),
                message);
        assertEquals(1, message.lines().count(), message);
        NetworkBuilder large = Network.builder(Shape.of(1, 4096, 4096));
        assertInvalid(
                "projection 'conv1' from 'input': shape is [1024 x 4094 x 4094], expected at most 2147483647 neurons",
                () -> large.conv2d(1024, 3, new TorchRandom(1)));
    }

    private static void refused(String message, Kernel kernel) {
        NetworkBuilder builder = Network.builder(MAPS);
        assertInvalid(message, () -> builder.convolution(6, kernel, new TorchRandom(1)));
    }

    @Test
    void numbersOutOfTheirRangesAreRefused() {
        assertInvalid("kernel size is 0, expected at least 1", () -> Kernel.of(0));
        assertInvalid(
                "output padding is 2, expected less than 2, the larger of stride and dilation",
                () -> Kernel.transposed(3).withStride(2).withOutputPadding(2, 0));
        assertInvalid(
                "a kernel has output padding, expected it of a transposed one only",
                () -> Kernel.of(3).withStride(2).withOutputPadding(1, 1));
        assertInvalid(
                "stride is 2, expected 1 where there are to be as many outputs as inputs",
                () -> Kernel.of(3).withSamePadding().withStride(2));
        assertInvalid(
                "weights are [6 x 10], expected a multiple of 9 columns for the kernel 3 x 3, no bias",
                () -> Convolution.of(Kernel.of(3), FloatMatrix.zeros(6, 10)));
    }

    /** A channel shares weights, so several spike values would need several products. */
    @Test
    void spikesOfAChannelCarryOneValue() {
        NetworkBuilder builder = Network.builder(Shape.of(1, 1, 2));
        Leaky graded = new Leaky(Parameter.of(0.5f), ThresholdAndReset.DEFAULT, Parameter.of(1, 2));
        builder.scale(1).neuron(graded).conv2d(1, 1, new TorchRandom(1)).neuron(new Leaky(0.5f));
        assertInvalid(
                "projection 'conv1': spikes of channel 0 carry 1.0 and 2.0, expected the same,"
                        + " because they share weights",
                builder::build);
    }

    private static Network tutorial() {
        return Networks.of(
                new TorchRandom(3),
                Shape.of(1, 12, 12),
                pooled(4, 5, new Leaky(0.5f).withThreshold(0.1f)),
                pooled(8, 3, new Leaky(0.5f).withThreshold(0.1f)),
                flat(10, new Leaky(0.5f).withThreshold(0.1f)));
    }

    private static float[] membranes(Network network) {
        FloatMatrix frame = FloatMatrix.zeros(2, 144);
        new TorchRandom(5).kaimingUniform(frame, 1);
        try (Simulation simulation = network.simulate(2)) {
            simulation.runConstant(frame, 6);
            return simulation.state(2).membrane().toArray();
        }
    }

    /** Names and shapes are torch's, also in files. */
    @Test
    void filesHoldThem(@TempDir Path folder) throws IOException {
        Network network = tutorial();
        assertTrue(network.weights()
                .names()
                .containsAll(Set.of("conv1.weight", "conv1.bias", "conv2.weight", "fc1.weight")));
        assertEquals(List.of(8, 4, 3, 3), network.weights().shape("conv2.weight"));
        assertRead(network, folder.resolve("float"));
        for (ElementType type : RandomGraph.INTEGERS) {
            Network rounded = network.quantized(type);
            assertEquals(type, rounded.weights().type("conv2.weight"));
            assertEquals(List.of(8, 4, 3, 3), rounded.weights().shape("conv2.weight"));
            assertRead(rounded, folder.resolve(type.name()));
        }
    }

    private static void assertRead(Network network, Path file) throws IOException {
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertArrayEquals(membranes(network), membranes(read));
        assertEquals(network.weights().names(), read.weights().names());
    }

    /** 8-bit weights in a file equal {@link IntegerMatrix#nearest}. */
    @Test
    void filesOf8BitsAreReadAsIntegersToo(@TempDir Path folder) throws IOException {
        Network network = tutorial();
        Path file = folder.resolve("eight");
        ModelFile.write8Bit(file, network);
        assertArrayEquals(membranes(network.quantized(ElementType.INT8)), membranes(ModelFile.readIntegers(file)));
        assertEquals(ElementType.FLOAT32, ModelFile.read(file).weights().type("conv1.weight"));
    }

    @Test
    void kernelsAreNamed() {
        Convolution strided = of(Kernel.of(3).withStride(2));
        for (Convolution declared : List.of(strided, strided.nearest(ElementType.INT8))) {
            Operator operator = ConnectionKinds.of(declared).bind(Arena.ofAuto(), declared, MAPS, Parameter.of(1));
            assertTrue(operator.kernel(2, 9).startsWith("unfolded, "), operator.kernel(2, 9));
            assertTrue(operator.kernel(2).startsWith("unfolded, "), operator.kernel(2));
        }
    }
}
