package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;

/**
 * Products with 64 columns of weights, whose factors stand close together. An object serves one thread.
 */
public final class BlockMatmul {

    private final TileWalk walk = new TileWalk();

    /** Prepares nothing but the object. */
    public BlockMatmul() {}

    /**
     * Computes a product: {@code into[row][lane] = sum over k of factors[row][k] * weights[k][lane]}, from zero,
     * {@code k} ascending, one fused multiply-add each.
     *
     * @param factors in one of its rows the factors, those of a row of the product behind those of the row before
     * @param place the row of the factors
     * @param depth factors of a row of the product
     * @param weights {@code [at least firstRow + depth x 64]}
     * @param firstRow the row of the first factor
     * @param into {@code [rows x 64]}, overwritten
     * @throws IndexOutOfBoundsException if there are not so many factors or weights
     */
    public void multiply(
            FloatMatrix factors, int place, int depth, FloatMatrix weights, int firstRow, FloatMatrix into) {
        into.fill(0);
        walk.rowOfA = (long) depth * Float.BYTES;
        walk.stepOfA = Float.BYTES;
        walk.stepOfB = weights.rowOffset(1);
        walk.rowOfC = into.rowOffset(1);
        walk.a = factors.rowOffset(place);
        for (int lanes = 0; lanes < PackedWeights.BLOCK_BYTES; lanes += TileWalk.STRIP_BYTES) {
            walk.b = weights.rowOffset(firstRow) + lanes;
            walk.c = lanes;
            walk.add(factors.segment(), weights.segment(), into.segment(), into.rows(), depth);
        }
    }
}
