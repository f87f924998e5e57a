package dev.spikelane.kernel.product.dense;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.Matmul;

/**
 * Floats times weights: {@code output[m x n] = input[m x k] * weights[n x k]^T}, in memory as the form says.
 *
 * @param m rows
 * @param k inputs
 * @param n outputs
 * @param threads threads, which share the rows, or packed the outputs
 * @param form how the factors lie in memory
 */
public record DenseMatmulWork(int m, int k, int n, int threads, Form form) implements Work {

    /** The memory layout of the factors. */
    public enum Form {
        /** Weights {@code [n x k]}, which the library has packed before. */
        PACKED(Matmul.Transpose.SECOND, " packed"),
        /** Weights {@code [n x k]}, as torch has them. */
        SECOND_TRANSPOSED(Matmul.Transpose.SECOND, ""),
        /** Weights {@code [k x n]}. */
        NEITHER_TRANSPOSED(Matmul.Transpose.NEITHER, " neither transposed"),
        /**
         * Input {@code [k x m]} and weights {@code [k x n]}; of several threads each has its rows in a matrix of its
         * own.
         */
        FIRST_TRANSPOSED(Matmul.Transpose.FIRST, " first transposed");

        final Matmul.Transpose transpose;
        private final String words;

        Form(Matmul.Transpose transpose, String words) {
            this.transpose = transpose;
            this.words = words;
        }
    }

    @Override
    public String name() {
        return "dense matmul %dx%dx%d threads %d".formatted(m, k, n, threads) + form.words;
    }

    @Override
    public Case open() {
        return new DenseMatmulCase(this);
    }
}
