package dev.spikelane.blas;

import dev.spikelane.blas.call.OpenBlasCalls;
import dev.spikelane.blas.call.OpenBlasSearch;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;

/**
 * Products of float matrices by OpenBLAS, if it is installed: for comparison, and for machines with a well-tuned
 * OpenBLAS.
 *
 * <p>Results are close to the results of this library's own kernels, not identical: OpenBLAS chooses the order of its
 * sums by CPU, shape and number of threads.
 *
 * <p>The library is searched once, at the first use of this class: at the absolute path in the system property
 * {@value #PROPERTY}, or under its usual names in the system's library folders. The value {@code off} disables the
 * search. Native access must be enabled for this module ({@code --enable-native-access=dev.spikelane}, or
 * {@code ALL-UNNAMED} on the class path). If OpenBLAS is missing or may not be used, nothing is thrown or printed until
 * a product is requested; {@link #describe} gives the reason. A build for 64-bit sizes (ILP64) is refused.
 *
 * <p>OpenBLAS runs on the calling thread only, unless the property {@value #THREADS_PROPERTY} sets more threads;
 * {@code OPENBLAS_NUM_THREADS} is ignored. Several threads may call it. A build without threads may lack locks, so it
 * gets one call at a time. The number of threads of an OpenMP build is set before each call, which also affects other
 * OpenMP code of the caller.
 */
public final class OpenBlas {

    /** Name of the system property that gives the absolute path of the library, or {@code off}. */
    public static final String PROPERTY = OpenBlasSearch.PROPERTY;

    /** Name of the system property that gives the number of threads inside OpenBLAS, from 1 (the default) to 1024. */
    public static final String THREADS_PROPERTY = OpenBlasSearch.THREADS_PROPERTY;

    private OpenBlas() {}

    /** {@return true if OpenBLAS was found and may be used} */
    public static boolean isAvailable() {
        return OpenBlasSearch.result().library() != null;
    }

    /**
     * {@return the loaded OpenBLAS, or the reason why there is none, such as
     * {@code 0.3.29, core SkylakeX, 1 thread inside, /usr/lib/libopenblas.so.0}, or
     * {@code not found: tried libopenblas.so.0, libopenblas.so}}
     */
    public static String describe() {
        return OpenBlasSearch.result().description();
    }

    /**
     * Multiplies two matrices.
     *
     * <p>{@code c = alpha * op(a) * op(b) + beta * c}, where {@code op} transposes or does nothing; {@code op(a)} is
     * {@code [m x k]}, {@code op(b)} {@code [k x n]}. If {@code beta} is 0, {@code c} is not read.
     *
     * @param transpose which of the factors are transposed: then {@code a} is {@code [k x m]}, or {@code b} is
     *     {@code [n x k]}
     * @param alpha factor on the product
     * @param a the left matrix
     * @param b the right matrix; may be {@code a}
     * @param beta factor on the old {@code c}
     * @param c {@code [m x n]}, updated; shares no memory with other arguments
     * @throws IllegalArgumentException if a shape differs, or {@code c} shares memory with {@code a} or {@code b}
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void sgemm(
            Matmul.Transpose transpose, float alpha, FloatMatrix a, FloatMatrix b, float beta, FloatMatrix c) {
        requireAvailable();
        int m = c.rows();
        int n = c.columns();
        int k = transpose.first() ? a.rows() : a.columns();
        a.requireShape("a", transpose.first() ? k : m, transpose.first() ? m : k);
        b.requireShape("b", transpose.second() ? n : k, transpose.second() ? k : n);
        c.requireShape("c", m, n);
        Checks.apart("c", c, "a", a);
        Checks.apart("c", c, "b", b);
        OpenBlasCalls.sgemm(transpose, alpha, a, b, beta, c);
    }

    /**
     * Multiplies a matrix and a vector.
     *
     * <p>{@code y = alpha * op(a) * x + beta * y}, with {@code op} and {@code beta} as in {@link #sgemm}.
     *
     * @param transpose {@link Matmul.Transpose#NEITHER}; or {@link Matmul.Transpose#FIRST}: then {@code a} is
     *     {@code [k x m]}
     * @param alpha factor on the product
     * @param a the matrix, {@code op(a)} of {@code [m x k]}
     * @param x {@code [1 x k]}
     * @param beta factor on the old {@code y}
     * @param y {@code [1 x m]}, updated; shares no memory with other arguments
     * @throws IllegalArgumentException if a shape differs, the vector is to be transposed, or {@code y} shares memory
     *     with {@code a} or {@code x}
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void sgemv(
            Matmul.Transpose transpose, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y) {
        requireAvailable();
        Checks.require(!transpose.second(), "transpose", transpose, "NEITHER or FIRST, as x is a vector");
        a.requireShape("a", a.rows(), a.columns());
        x.requireShape("x", 1, transpose.first() ? a.rows() : a.columns());
        y.requireShape("y", 1, transpose.first() ? a.columns() : a.rows());
        Checks.apart("y", y, "a", a);
        Checks.apart("y", y, "x", x);
        OpenBlasCalls.sgemv(transpose.first(), alpha, a, x, beta, y);
    }

    /**
     * Throws unless OpenBLAS can be used.
     *
     * @throws IllegalStateException if it is not available; the message gives the reason
     */
    public static void requireAvailable() {
        OpenBlasSearch.require();
    }
}
