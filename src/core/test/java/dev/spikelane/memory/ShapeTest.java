package dev.spikelane.memory;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Allocations;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShapeTest extends KernelCase {

    private static final Shape MAPS = Shape.of(2, 3, 5);

    @Test
    void rowOfNeurons() {
        Shape shape = Shape.of(1000);
        assertEquals("[1000]", shape.toString());
        assertEquals(1, shape.rank());
        assertEquals(1000, shape.size());
        assertEquals(1000, shape.channels());
        assertEquals(1, shape.height());
        assertEquals(1, shape.width());
        assertFalse(shape.reordered());
        assertEquals(999, shape.inside(999));
        assertEquals(999, shape.torch(999));
    }

    @Test
    void linesOfNeurons() {
        Shape shape = Shape.of(3, 50);
        assertEquals("[3 x 50]", shape.toString());
        assertEquals(List.of(3, 50), shape.sizes());
        assertEquals(2, shape.rank());
        assertEquals(150, shape.size());
        assertEquals(3, shape.channels());
        assertEquals(1, shape.height());
        assertEquals(50, shape.width());
        assertTrue(shape.reordered());
        assertEquals(4, shape.inside(51));
        assertEquals(Shape.of(6, 50), shape.times(2));
        assertEquals(Shape.of(4, 50), shape.withChannels(4));
    }

    @Test
    void mapsOfNeurons() {
        Shape shape = Shape.of(12, 24, 26);
        assertEquals("[12 x 24 x 26]", shape.toString());
        assertEquals(3, shape.rank());
        assertEquals(12 * 24 * 26, shape.size());
        assertEquals(12, shape.channels());
        assertEquals(24, shape.height());
        assertEquals(26, shape.width());
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 2, true", "2, 2, 1, true", "1, 28, 28, false", "10, 1, 1, false", "1, 1, 1, false"})
    void reorderedTakesSeveralChannelsAndPositions(int channels, int height, int width, boolean reordered) {
        assertEquals(reordered, Shape.of(channels, height, width).reordered());
    }

    @Test
    void equalSizesAreEqual() {
        assertEquals(Shape.of(7), Shape.of(7));
        assertEquals(Shape.of(2, 3, 5), MAPS);
        assertEquals(Shape.of(2, 3, 5).hashCode(), MAPS.hashCode());
        assertNotEquals(Shape.of(7), Shape.of(7, 1, 1));
        Set<Shape> different = Set.of(
                Shape.of(30),
                Shape.of(2, 3, 5),
                Shape.of(2, 5, 3),
                Shape.of(3, 2, 5),
                Shape.of(5, 3, 2),
                Shape.of(5, 6),
                Shape.of(30, 1),
                Shape.of(30, 1, 1));
        assertEquals(8, different.size());
        assertTrue(different.contains(MAPS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesEmptyAndNegativeSizes(int size) {
        String expected = ", expected every size to be at least 1";
        assertInvalid("shape is [" + size + "]" + expected, () -> Shape.of(size));
        assertInvalid("shape is [" + size + " x 2 x 3]" + expected, () -> Shape.of(size, 2, 3));
        assertInvalid("shape is [2 x " + size + " x 3]" + expected, () -> Shape.of(2, size, 3));
        assertInvalid("shape is [2 x 3 x " + size + "]" + expected, () -> Shape.of(2, 3, size));
        assertInvalid("shape is [2 x " + size + "]" + expected, () -> Shape.of(2, size));
    }

    @ParameterizedTest
    @CsvSource({"65536, 32768, 1", "1, 65536, 32768", "2147483647, 2, 1", "2147483647, 2147483647, 2147483647"})
    void refusesSizesThatOverflow(int channels, int height, int width) {
        assertInvalid(
                "shape is [" + channels + " x " + height + " x " + width + "], expected at most 2147483647 neurons",
                () -> Shape.of(channels, height, width));
    }

    @Test
    void acceptsAsManyNeuronsAsAnIntCanSay() {
        assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE, 1, 1).size());
        Shape large = Shape.of(46340, 46340, 1);
        assertEquals(large.size() - 1, large.inside(large.size() - 1));
        assertEquals(large.size() - 1, large.torch(large.size() - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 30, Integer.MAX_VALUE})
    void refusesIndicesOutside(int index) {
        String message = "index is " + index + ", expected 0 to 29 in shape [2 x 3 x 5]";
        assertMessage(IndexOutOfBoundsException.class, message, () -> MAPS.inside(index));
        assertMessage(IndexOutOfBoundsException.class, message, () -> MAPS.torch(index));
    }

    @Test
    void refusesMatricesOfOtherColumns() {
        FloatMatrix right = FloatMatrix.zeros(2, 30);
        FloatMatrix wrong = FloatMatrix.zeros(2, 31);
        String expected = " has 31 columns, expected 30 for shape [2 x 3 x 5]";
        assertInvalid("from" + expected, () -> MAPS.toInside(wrong, 0, right, 0, 1));
        assertInvalid("to" + expected, () -> MAPS.toTorch(right, 0, wrong, 0, 1));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 4", "3, 1", "2, 2", "2147483647, 1"})
    void refusesRowsOutside(int first, int count) {
        SpikeMatrix from = SpikeMatrix.zeros(3, 30);
        SpikeMatrix to = SpikeMatrix.zeros(9, 30);
        assertMessage(
                IndexOutOfBoundsException.class,
                "from has 3 rows, asked for " + count + " from row " + first,
                () -> MAPS.toInside(from, first, to, 0, count));
        SpikeMatrix many = SpikeMatrix.zeros(9, 30);
        assertMessage(
                IndexOutOfBoundsException.class,
                "to has 3 rows, asked for " + count + " from row " + first,
                () -> MAPS.toTorch(many, 0, from, first, count));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesToCopyNoRows(int count) {
        SpikeMatrix spikes = SpikeMatrix.zeros(3, 30);
        assertMessage(
                IndexOutOfBoundsException.class,
                "from has 3 rows, asked for " + count + " from row 0",
                () -> MAPS.toTorch(spikes, 0, SpikeMatrix.zeros(3, 30), 0, count));
    }

    @Test
    void refusesRowsThatOverlap() {
        String message = "rows of from and to overlap in memory, expected them apart";
        FloatMatrix values = FloatMatrix.zeros(4, 30);
        assertInvalid(message, () -> MAPS.toInside(values, 0, values, 0, 1));
        assertInvalid(message, () -> MAPS.toInside(values, 0, values, 1, 2));
        assertInvalid(message, () -> MAPS.toTorch(values.rows(1, 3), 0, values, 0, 2));
        values.set(1, 1, 7);
        MAPS.toInside(values, 0, values, 2, 2);
        assertEquals(7, values.get(3, 2));
    }

    @Test
    void namesTheMatrixThatCannotBeUsed() {
        FloatMatrix open = FloatMatrix.zeros(1, 30);
        Arena arena = Arena.ofConfined();
        FloatMatrix closed = FloatMatrix.zeros(arena, 1, 30);
        assertInstanceOf(
                WrongThreadException.class, onOtherThread("stranger", () -> MAPS.toTorch(open, 0, closed, 0, 1)));
        arena.close();
        assertIllegalState("the arena of to is closed", () -> MAPS.toTorch(open, 0, closed, 0, 1));
    }

    @Test
    void copiesAllocateNothing() {
        Shape shape = Shape.of(4, 5, 7);
        Random random = new Random(3);
        FloatMatrix values = Matrices.uniform(arena, 2, shape.size(), random);
        FloatMatrix moved = FloatMatrix.zeros(arena, 2, shape.size());
        SpikeMatrix spikes = Matrices.spikes(arena, 2, shape.size(), 0.3, random);
        SpikeMatrix movedSpikes = SpikeMatrix.zeros(arena, 2, shape.size());
        Allocations.assertNone(1000, () -> {
            shape.toInside(values, 0, moved, 0, 2);
            shape.toTorch(moved, 0, values, 0, 2);
            shape.toInside(spikes, 0, movedSpikes, 0, 2);
            shape.toTorch(movedSpikes, 0, spikes, 0, 2);
        });
    }
}
