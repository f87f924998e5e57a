package dev.spikelane.kernel.product.dense;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.loop.TileWriter;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lanes;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

@EveryWidth
final class DenseTileProperties {

    private static final Map<TileWriter.Shape, DenseTile> TILES = new HashMap<>();

    @ComparesVectors
    @Property(tries = 200)
    void tilesGiveTheBitsOfPlainLoops(
            @ForAll @IntRange(min = 1, max = 8) int rows,
            @ForAll @IntRange(min = 1, max = 4) int vectors,
            @ForAll boolean alike,
            @ForAll TileWriter.Steps steps,
            @ForAll boolean transposed,
            @ForAll @IntRange(max = 40) int depth,
            @ForAll long seed) {
        Random random = new Random(seed);
        int last = random.nextInt(rows);
        boolean packed = steps == TileWriter.Steps.PACKED;
        int rowsOfA = packed ? last + 1 : rows;
        boolean across = transposed && !packed;
        int lanes = packed ? PackedWeights.BLOCK : vectors * Lanes.COUNT;
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix a = Matrices.uniform(arena, across ? depth + 1 : rowsOfA, across ? rowsOfA : depth + 1, random);
            FloatMatrix b = Matrices.uniform(arena, depth + 1, lanes, random);
            FloatMatrix expected = Matrices.uniform(arena, last + 1, lanes, random);
            for (int row = 1; row <= last && alike; row++) {
                expected.rows(row, 1).copyFrom(expected.rows(0, 1));
            }
            FloatMatrix actual = FloatMatrix.zeros(arena, expected.rows(), expected.columns());
            actual.copyFrom(expected);
            DenseTile tile = TILES.computeIfAbsent(new TileWriter.Shape(rows, vectors, alike, steps), DenseTile::of);
            add(new DenseTileScalar(vectors), a, across, b, depth, expected);
            add(tile, a, across, b, depth, actual);
            assertSameBits(expected, actual, "sums");
        }
    }

    private static void add(
            DenseTile tile, FloatMatrix a, boolean transposed, FloatMatrix b, int depth, FloatMatrix c) {
        long row = a.rowOffset(1);
        tile.add(
                a.segment(),
                0,
                transposed ? Float.BYTES : row,
                transposed ? row : Float.BYTES,
                b.segment(),
                0,
                b.rowOffset(1),
                c.segment(),
                0,
                c.rowOffset(1),
                c.rows() - 1,
                depth);
    }
}
