package dev.spikelane.kernel.product.dense;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Lanes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

@EveryWidth
final class DenseTileProperties extends KernelCase {

    private static final Map<List<Object>, DenseTileVector> TILES = new HashMap<>();

    @ComparesVectors
    @Property(tries = 200)
    void tilesGiveTheBitsOfPlainLoops(
            @UpTo(8) int rows,
            @UpTo(4) int vectors,
            @ForAll DenseTileVector.Steps steps,
            @ForAll boolean transposed,
            @ZeroTo(40) int depth,
            @ForAll long seed) {
        Random random = new Random(seed);
        int last = random.nextInt(rows);
        boolean packed = steps == DenseTileVector.Steps.PACKED;
        int rowsOfA = packed ? last + 1 : rows;
        boolean across = transposed && !packed;
        int lanes = packed ? PackedWeights.BLOCK : vectors * Lanes.COUNT;
        FloatMatrix a = Matrices.uniform(arena, across ? depth + 1 : rowsOfA, across ? rowsOfA : depth + 1, random);
        FloatMatrix b = Matrices.uniform(arena, depth + 1, lanes, random);
        FloatMatrix expected = Matrices.uniform(arena, last + 1, lanes, random);
        FloatMatrix actual = FloatMatrix.zeros(arena, expected.rows(), expected.columns());
        actual.copyFrom(expected);
        DenseTileVector tile =
                TILES.computeIfAbsent(List.of(rows, vectors, steps), _ -> DenseTileVector.of(rows, vectors, steps));
        addPlainly(a, across, b, depth, vectors * Lanes.COUNT, expected);
        add(tile, a, across, b, depth, actual);
        assertSameBits(expected, actual, "sums");
    }

    private static void addPlainly(
            FloatMatrix a, boolean transposed, FloatMatrix b, int depth, int lanes, FloatMatrix c) {
        for (int row = 0; row < c.rows(); row++) {
            for (int lane = 0; lane < lanes; lane++) {
                float sum = c.get(row, lane);
                for (int k = 0; k < depth; k++) {
                    sum = Math.fma(transposed ? a.get(k, row) : a.get(row, k), b.get(k, lane), sum);
                }
                c.set(row, lane, sum);
            }
        }
    }

    private static void add(
            DenseTileVector tile, FloatMatrix a, boolean transposed, FloatMatrix b, int depth, FloatMatrix c) {
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
