package dev.spikelane.kernel.product.dense;

import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.ZeroInputs;

/**
 * Products of rows of factors with 64 columns of weights. An object serves one thread: {@link #take} sets the weights
 * of all later products.
 */
public final class BlockMatmul {

    private final TileWalk walk = new TileWalk();
    private FloatMatrix weights;
    private int firstRow;
    private int depth;
    private boolean finite;

    public BlockMatmul() {
        this.weights = FloatMatrix.zeros(1, 1);
    }

    /**
     * Sets the weights; they must not change before the products.
     *
     * @param from {@code [at least first + count x 64]}
     * @param first the row of the first weights
     * @param count the number of rows of weights
     */
    public void take(FloatMatrix from, int first, int count) {
        weights = from;
        firstRow = first;
        depth = count;
        finite = BitsVector.areFinite(
                from.segment(), from.rowOffset(first), from.rowOffset(1), count, PackedWeights.BLOCK_BYTES);
    }

    /**
     * Returns true if all weights are finite. Then a plain chain of fused multiply-adds gives the same bits as
     * {@link #multiply}.
     */
    public boolean isFinite() {
        return finite;
    }

    /**
     * Computes a product: {@code into[row][lane] = sum over k of factors[row][k] * weights[k][lane]}, from zero,
     * {@code k} ascending, one fused multiply-add each. A factor of zero adds nothing ({@link ZeroInputs}).
     *
     * @param factors a matrix with all factors in one row, row after row of the product
     * @param place the row of the factors
     * @param into {@code [rows x 64]}, overwritten
     * @throws IndexOutOfBoundsException if there are too few factors or weights
     */
    public void multiply(FloatMatrix factors, int place, FloatMatrix into) {
        into.fill(0);
        walk.rowOfA = (long) depth * Float.BYTES;
        walk.stepOfA = Float.BYTES;
        walk.stepOfB = weights.rowOffset(1);
        walk.rowOfC = into.rowOffset(1);
        walk.a = factors.rowOffset(place);
        if (!finite) {
            walk.b = weights.rowOffset(firstRow);
            walk.c = 0;
            walk.addCarefully(
                    factors.segment(),
                    weights.segment(),
                    into.segment(),
                    into.rows(),
                    depth,
                    PackedWeights.BLOCK_BYTES);
            return;
        }
        for (int lanes = 0; lanes < PackedWeights.BLOCK_BYTES; lanes += TileWalk.STRIP_BYTES) {
            walk.b = weights.rowOffset(firstRow) + lanes;
            walk.c = lanes;
            walk.add(factors.segment(), weights.segment(), into.segment(), into.rows(), depth);
        }
    }
}
