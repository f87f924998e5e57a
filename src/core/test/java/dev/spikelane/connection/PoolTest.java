package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.window.PooledConvOperator;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PoolTest {

    private static final Shape MAPS = Shape.of(3, 5, 8);

    @Test
    void shapesAreThoseOfTorch() {
        assertEquals(Shape.of(3, 2, 4), Pool.max(2).outputShape(MAPS));
        assertEquals(Shape.of(3, 3, 4), Pool.max(2).withCeil().outputShape(MAPS));
        assertEquals(Shape.of(3, 4), Pool.sum(2).outputShape(Shape.of(3, 8)));
        assertEquals(
                Shape.of(3, 3, 8),
                Pool.average(3, 1).withStride(2, 1).withPadding(1, 0).outputShape(MAPS));
        assertEquals(Shape.of(3, 1, 4), Pool.max(3, 2).withDilation(2, 1).outputShape(MAPS));
        assertEquals(Shape.of(3, 1, 1), Pool.averageOfAll().outputShape(MAPS));
        // the last window would start in the padding
        assertEquals(Shape.of(1, 2), Pool.max(2).withPadding(1).withCeil().outputShape(Shape.of(1, 3)));
        // a window of 3 reads the 2 inputs
        assertEquals(Shape.of(1, 1), Pool.max(3).withCeil().outputShape(Shape.of(1, 2)));
    }

    /** A network with many channels would allocate and drop 11 MB in each run. */
    @Test
    void largeTablesAreNotBuiltToBeDropped() {
        Shape maps = Shape.of(16, 8, 8);
        IntegerMatrix weights = IntegerMatrix.nearest(ElementType.INT4, FloatMatrix.zeros(2048, 16 * 9));
        List<Operator> path = List.of(
                bind(Convolution.of(Kernel.of(3, 3), weights, FloatMatrix.zeros(1, 2048)), maps),
                bind(Pool.max(2), Shape.of(2048, 6, 6)));
        long before = NativeMemory.withoutArena();
        assertEquals(path, PooledConvOperator.join(path));
        assertEquals(0, Math.max(0, NativeMemory.withoutArena() - before) >> 20, "megabytes");
    }

    /** A map of 126 x 63 x 32 joined sums takes 1 MB, of which a thread has space for 16, not 256. */
    @Test
    void joinedMapsTakeLittleMemory() {
        Shape maps = Shape.of(2, 128, 128);
        IntegerMatrix weights = IntegerMatrix.nearest(ElementType.INT4, FloatMatrix.zeros(32, 2 * 9));
        Operator both = PooledConvOperator.join(List.of(
                        bind(Convolution.of(Kernel.of(3, 3), weights, FloatMatrix.zeros(1, 32)), maps),
                        bind(Pool.max(2), Shape.of(32, 126, 126))))
                .getFirst();
        Scratch scratch = Scratch.of(NativeMemory.ofAuto(), 1)[0];
        long before = NativeMemory.withoutArena();
        both.reserve(scratch);
        long megabytes = NativeMemory.withoutArena() - before >> 20;
        assertTrue(megabytes < 32, megabytes + " MB");
    }

    private static Operator bind(Connection connection, Shape source) {
        return ConnectionKinds.of(connection).bind(Arena.ofAuto(), connection, source, Parameter.of(1));
    }

    @Test
    void buildersHalveMapsAndLines() {
        Network maps = Network.builder(Shape.of(2, 8, 8))
                .maxPool2d(2)
                .neuron(new Leaky(0.9f))
                .avgPool2d(2)
                .neuron(new Leaky(0.9f))
                .sumPool2d(2)
                .neuron(new Leaky(0.9f))
                .build();
        assertEquals(Shape.of(2, 1, 1), maps.population("lif3").shape());
        Network lines = Network.builder(Shape.of(2, 8))
                .maxPool1d(2)
                .neuron(new Leaky(0.9f))
                .avgPool1d(2)
                .neuron(new Leaky(0.9f))
                .sumPool1d(2)
                .neuron(new Leaky(0.9f))
                .build();
        assertEquals(Shape.of(2, 1), lines.population("lif3").shape());
        assertEquals("max pool 2 x 2", Pool.max(2).toString());
        assertEquals(
                "average pool 3 x 2, stride 1 x 1, padding 1 x 0, ceil, padding not counted",
                Pool.average(3, 2)
                        .withStride(1)
                        .withPadding(1, 0)
                        .withCeil()
                        .withoutCountingPadding()
                        .toString());
    }

    @Test
    void spreadsReadOnePlaceEach() {
        for (Shape shape : List.of(Shape.of(1, 1, 1), Shape.of(1, 1))) {
            Pool spread = shape.rank() == 2 ? Pool.spread(20_000, 20_000) : Pool.spread(20_000, 3);
            var network = Networks.of(shape, by(spread, new Leaky(0.5)));
            try (var simulation = network.simulate(1)) {
                assertEquals(
                        spread.outputShape(shape).size(),
                        simulation.step(FloatMatrix.vector(2)).count());
            }
        }
    }

    @Test
    void errorsNameTheProjection() {
        String name = "projection 'fc1' from 'input': ";
        refused(
                name + "max pool 6 x 2 spans 6 values along its height and makes no output, expected at most 5, "
                        + "those of its source with the padding",
                Pool.max(6, 2));
        refused(
                name + "sum pool 3 x 3, padding 1 x 2 has a padding of 2 along its width, expected at most 1, "
                        + "half of a window",
                Pool.sum(3).withPadding(1, 2));
        refused(
                name + "spread 1 x 1073741824 makes 8589934592 values along its width, expected at most 2147483647",
                Pool.spread(1, 1 << 30));
        NetworkBuilder large = Network.builder(Shape.of(1, 1088, 1088));
        assertInvalid(
                "projection 'fc1': windows of 64 x 64 at 1050625 positions read 4303360000 places, expected at most 67108864",
                () -> large.connect(Pool.max(64).withStride(1))
                        .neuron(new Leaky(0.5))
                        .build());
        NetworkBuilder lines = Network.builder(Shape.of(2, 3));
        assertInvalid(
                name + "max pool 2 x 3 has a source of shape [2 x 3], expected maps of channels, height and width, or "
                        + "the same along rows and columns",
                () -> lines.connect(Pool.max(2, 3)));
        assertInvalid(
                name + "max pool 2 x 2, padding 2 x 2, dilation 4 x 4 has a window of padding alone along its length, "
                        + "expected none",
                () -> Network.builder(Shape.of(1, 1))
                        .connect(Pool.max(2).withDilation(4).withPadding(2)));
        assertInvalid(
                name + "max pool 2 x 2 has a source of shape [7], expected maps or lines of several positions",
                () -> Network.builder(7).connect(Pool.max(2)));
        assertInvalid(
                name + "max pool 2 x 2 has a source of shape [2 x 3], expected channels, height and width",
                () -> lines.maxPool2d(2));
    }

    private static void refused(String message, Pool pool) {
        NetworkBuilder builder = Network.builder(MAPS);
        assertInvalid(message, () -> builder.connect(pool));
    }

    @Test
    void numbersOutOfTheirRangesAreRefused() {
        assertInvalid("window size is 0, expected at least 1", () -> Pool.max(0));
        assertInvalid("stride is 0, expected at least 1", () -> Pool.max(1).withStride(0));
        assertInvalid("padding is -1, expected at least 0", () -> Pool.max(1).withPadding(-1));
        assertInvalid(
                "dilation is 2, expected 1 for averages", () -> Pool.average(2).withDilation(2));
        assertInvalid(
                "a window of all values has stride 2, padding 0 and dilation 1, expected 1, 0 and 1",
                () -> Pool.averageOfAll().withStride(2));
    }
}
