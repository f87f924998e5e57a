package dev.spikelane.kernel.product;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;

/**
 * Floats times weights: {@code output[m x n] = input[m x k] * weights[n x k]^T}.
 *
 * @param m rows
 * @param k inputs
 * @param n outputs
 * @param threads threads, which share the rows, or packed the outputs
 * @param packed whether the library has packed its weights before
 */
public record DenseMatmulWork(int m, int k, int n, int threads, boolean packed) implements Work {

    @Override
    public String name() {
        return "dense matmul %dx%dx%d threads %d".formatted(m, k, n, threads) + (packed ? " packed" : "");
    }

    @Override
    public Case open() {
        return new DenseMatmulCase(this);
    }
}
