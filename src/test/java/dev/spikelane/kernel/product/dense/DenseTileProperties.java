package dev.spikelane.kernel.product.dense;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.base.Lanes;
import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

@EveryWidth
final class DenseTileProperties {

    @ComparesVectors
    @Property(tries = 100)
    void copiesGiveTheBitsOfPlainLoops(
            @ForAll @IntRange(max = 3) int last,
            @ForAll @IntRange(max = 40) int depth,
            @ForAll boolean alike,
            @ForAll long seed) {
        Random random = new Random(seed);
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix a = Matrices.uniform(arena, DenseTile.ROWS, depth + 1, random);
            FloatMatrix b = Matrices.uniform(arena, depth + 1, PackedWeights.BLOCK, random);
            FloatMatrix expected = Matrices.uniform(arena, DenseTile.ROWS, 4 * Lanes.COUNT, random);
            for (int row = 1; row < DenseTile.ROWS && alike; row++) {
                expected.rows(row, 1).copyFrom(expected.rows(0, 1));
            }
            FloatMatrix actual = FloatMatrix.zeros(arena, expected.rows(), expected.columns());
            actual.copyFrom(expected);
            add(new DenseTileScalar(), a, last, b, depth, expected);
            add(copy(alike), a, last, b, depth, actual);
            assertSameBits(expected, actual, "sums");
        }
    }

    private static DenseTile copy(boolean alike) {
        return Template.copy(MethodHandles.lookup(), DenseTile.class, DenseTileVector.class, alike, () -> {
            throw new AssertionError("classes can be defined here");
        });
    }

    private static void add(DenseTile tile, FloatMatrix a, int last, FloatMatrix b, int depth, FloatMatrix c) {
        tile.add(a.segment(), 0, a.rowOffset(1), last, b.segment(), 0, depth, c.segment(), 0, c.rowOffset(1));
    }
}
