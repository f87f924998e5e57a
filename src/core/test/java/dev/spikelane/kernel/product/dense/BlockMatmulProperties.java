package dev.spikelane.kernel.product.dense;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Products with 64 columns have the bits of wider products. */
@EveryWidth
class BlockMatmulProperties extends KernelCase {

    @ComparesVectors
    @Property(tries = 60)
    void blocksAreTheDenseProduct(
            @UpTo(30) int rows, @UpTo(40) int depth, @ForAll DenseCase.Kind kind, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix factors = DenseCase.matrix(arena, DenseCase.values(rows, depth, kind, random), false);
        FloatMatrix weights =
                DenseCase.matrix(arena, DenseCase.values(depth + 3, PackedWeights.BLOCK, kind, random), false);
        FloatMatrix dense = FloatMatrix.zeros(arena, 2, rows * depth);
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < depth; k++) {
                dense.set(1, row * depth + k, factors.get(row, k));
            }
        }
        FloatMatrix expected = FloatMatrix.zeros(arena, rows, PackedWeights.BLOCK);
        DenseMatmul.scalar(factors, false, weights.rows(3, depth), false, expected, false);
        FloatMatrix found = Matrices.uniform(arena, rows, PackedWeights.BLOCK, random);
        BlockMatmul product = new BlockMatmul();
        product.take(weights, 3, depth);
        product.multiply(dense, 1, found);
        Matrices.assertSameBits(expected, found, "product");
    }
}
