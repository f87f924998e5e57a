package dev.spikelane.kernel.product.dense;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Dense float matrix product (SGEMM), for layers with analog input and for training.
 *
 * <p>{@code c[i][j] = start + sum over k of a[i][k] * b[k][j]}, in float32: each output has one accumulator, which
 * begins at zero, the bias or the value of {@code c}, and adds the products in ascending {@code k}, each by one fused
 * multiply-add. So results never depend on the variant, the rows or blocks in a call, the vector width or the number of
 * threads. x86 CPUs before AVX2 have no such instruction; there scalar code gives the same bits slowly.
 *
 * <p>An {@code a[i][k]} of zero adds nothing, even if {@code b[k][j]} is infinite or NaN ({@link ZeroInputs}). A sum is
 * NaN otherwise where the formula is. The bit pattern of a NaN is not specified.
 */
public final class DenseMatmul {

    private DenseMatmul() {}

    /**
     * Allocates the scratch memory that one thread needs for {@link #multiply(FloatMatrix, boolean, FloatMatrix,
     * boolean, FloatMatrix, FloatMatrix)}. It fits all shapes and can be used again.
     *
     * @return about 1.3 MB
     */
    public static FloatMatrix workspace(Arena arena) {
        return FloatMatrix.zeros(arena, Panels.WORKSPACE_ROWS, PackedWeights.BLOCK);
    }

    /**
     * Computes {@code c = op(a) * op(b)} on the calling thread; {@code op} transposes or returns its argument.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param transposeA true if {@code op(a)} is the transpose
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transposeB true if {@code op(b)} is the transpose
     * @param c {@code [m x n]}, overwritten; shares no memory with {@code a} and {@code b}
     * @param workspace from {@link #workspace}, overwritten; used by one thread at a time; shares no memory with the
     *     others
     * @throws IllegalArgumentException if a shape does not fit, or {@code c} or {@code workspace} shares memory with
     *     another matrix
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(
            FloatMatrix a,
            boolean transposeA,
            FloatMatrix b,
            boolean transposeB,
            FloatMatrix c,
            FloatMatrix workspace) {
        check(a, transposeA, b, transposeB, c, workspace);
        if (SimdWidth.VECTOR) {
            DenseMatmulVector.general(a, transposeA, b, transposeB, c, false, workspace.segment());
        } else {
            scalar(a, transposeA, b, transposeB, c, false);
        }
    }

    /**
     * Computes {@code c += op(a) * op(b)}, with sums that start at the values of {@code c}; else as {@link
     * #multiply(FloatMatrix, boolean, FloatMatrix, boolean, FloatMatrix, FloatMatrix)} does.
     *
     * @param a {@code [m x k]}; {@code [k x m]} if transposed
     * @param transposeA true if {@code op(a)} is the transpose
     * @param b {@code [k x n]}; {@code [n x k]} if transposed; may be the same as {@code a}
     * @param transposeB true if {@code op(b)} is the transpose
     * @param c {@code [m x n]}, updated; shares no memory with {@code a} and {@code b}
     * @param workspace from {@link #workspace}, overwritten; used by one thread at a time; shares no memory with the
     *     others
     * @throws IllegalArgumentException if a shape does not fit, or {@code c} or {@code workspace} shares memory with
     *     another matrix
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void add(
            FloatMatrix a,
            boolean transposeA,
            FloatMatrix b,
            boolean transposeB,
            FloatMatrix c,
            FloatMatrix workspace) {
        check(a, transposeA, b, transposeB, c, workspace);
        if (SimdWidth.VECTOR) {
            DenseMatmulVector.general(a, transposeA, b, transposeB, c, true, workspace.segment());
        } else {
            scalar(a, transposeA, b, transposeB, c, true);
        }
    }

    private static void check(
            FloatMatrix a,
            boolean transposeA,
            FloatMatrix b,
            boolean transposeB,
            FloatMatrix c,
            FloatMatrix workspace) {
        int m = c.rows();
        int n = c.columns();
        int depth = transposeA ? a.rows() : a.columns();
        c.requireShape("c", m, n);
        a.requireShape("a", transposeA ? depth : m, transposeA ? m : depth);
        b.requireShape("b", transposeB ? n : depth, transposeB ? depth : n);
        workspace.requireShape("workspace", Panels.WORKSPACE_ROWS, PackedWeights.BLOCK);
        Checks.apart("c", c, "a", a);
        Checks.apart("c", c, "b", b);
        Checks.apart("workspace", workspace, "a", a);
        Checks.apart("workspace", workspace, "b", b);
        Checks.apart("workspace", workspace, "c", c);
    }

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} outputs. Threads that
     * share a product take disjoint blocks. Weights are packed already, so no workspace is needed.
     *
     * @param input {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param weights {@code inputs -> outputs}
     * @param current {@code [at least rows x outputs]}; these rows of the blocks in use are overwritten; shares no
     *     memory with {@code input}
     * @throws IllegalArgumentException if a shape does not fit, or {@code current} shares memory with {@code input}
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void multiply(FloatMatrix input, int rows, PackedWeights weights, Tile current) {
        Checks.rows("input", input.rows(), rows);
        input.requireShape("input", input.rows(), weights.inputs());
        current.require("current", rows, weights.outputs());
        weights.requireAccessible();
        Checks.apart("current", current.matrix(), "input", input);
        if (SimdWidth.VECTOR) {
            DenseMatmulVector.packed(input, rows, weights, current);
        } else {
            scalar(input, rows, weights, current);
        }
    }

    /**
     * Returns the name of the variant for packed weights. Results do not depend on it.
     *
     * @return {@code dense}, or {@code scalar} without vectors
     */
    public static String variant() {
        return SimdWidth.VECTOR ? "dense" : "scalar";
    }

    /** The specification for unpacked matrices. */
    public static void scalar(
            FloatMatrix a, boolean transposeA, FloatMatrix b, boolean transposeB, FloatMatrix c, boolean accumulate) {
        int depth = transposeA ? a.rows() : a.columns();
        long stepA = transposeA ? a.rowOffset(1) : Float.BYTES;
        long stepB = transposeB ? Float.BYTES : b.rowOffset(1);
        for (int row = 0; row < c.rows(); row++) {
            long fromA = transposeA ? (long) row * Float.BYTES : a.rowOffset(row);
            for (int column = 0; column < c.columns(); column++) {
                long fromB = transposeB ? b.rowOffset(column) : (long) column * Float.BYTES;
                long to = c.rowOffset(row) + (long) column * Float.BYTES;
                float start = accumulate ? c.segment().get(JAVA_FLOAT, to) : 0;
                float sum = chain(start, depth, a.segment(), fromA, stepA, b.segment(), fromB, stepB);
                c.segment().set(JAVA_FLOAT, to, sum);
            }
        }
    }

    /** The specification for packed weights. */
    public static void scalar(FloatMatrix input, int rows, PackedWeights weights, Tile current) {
        MemorySegment currents = current.matrix().segment();
        for (int row = 0; row < rows; row++) {
            for (int block = current.firstBlock(); block < current.endBlock(); block++) {
                long to = current.offset(row, block);
                for (int lane = 0; lane < PackedWeights.BLOCK; lane++) {
                    int output = block * PackedWeights.BLOCK + lane;
                    float sum = output < weights.outputs() ? output(input, row, weights, output) : 0;
                    currents.set(JAVA_FLOAT, to + (long) lane * Float.BYTES, sum);
                }
            }
        }
    }

    private static float output(FloatMatrix input, int row, PackedWeights weights, int output) {
        long from =
                weights.blockOffset(output / PackedWeights.BLOCK) + (long) (output % PackedWeights.BLOCK) * Float.BYTES;
        return chain(
                weights.bias(output),
                weights.inputs(),
                input.segment(),
                input.rowOffset(row),
                Float.BYTES,
                weights.segment(),
                from,
                PackedWeights.BLOCK_BYTES);
    }

    /** Computes one output: a chain of {@code depth} fused multiply-adds. Offsets and steps are in bytes. */
    private static float chain(
            float start, int depth, MemorySegment a, long fromA, long stepA, MemorySegment b, long fromB, long stepB) {
        float sum = start;
        for (int k = 0; k < depth; k++) {
            sum = ZeroInputs.fma(a.get(JAVA_FLOAT, fromA + k * stepA), b.get(JAVA_FLOAT, fromB + k * stepB), sum);
        }
        return sum;
    }

    /**
     * Sizes of the parts of matrices that stay in a core's caches, and offsets of their packed copies in the workspace.
     */
    static final class Panels {

        /** Steps of the sum in a panel: 64 columns of {@code b} are then 256 KB. A multiple of every vector. */
        static final int DEPTH = 1_024;

        /** Rows of {@code a} and {@code c} in a panel. A multiple of every vector. */
        static final int ROWS = 256;

        /** Offset of the packed part of {@code a}: rows of {@link #DEPTH} floats. */
        static final long A = 0;

        static final long A_STEP = (long) DEPTH * Float.BYTES;

        /** Offset of the packed part of {@code b}, in the layout of {@link PackedWeights}. */
        static final long B = ROWS * A_STEP;

        /** Offset of two squares of at most 16 x 16 floats, source and target of a pass of a transposition in turn. */
        static final long SQUARES = B + (long) DEPTH * PackedWeights.BLOCK_BYTES;

        static final int SQUARE_BYTES = 16 * 16 * Float.BYTES;

        static final int WORKSPACE_ROWS = (int) ((SQUARES + 2 * SQUARE_BYTES) / PackedWeights.BLOCK_BYTES);

        private Panels() {}
    }
}
