package dev.spikelane.blas;

import dev.spikelane.memory.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Products of float matrices by OpenBLAS, if it is there: for comparison, and for machines that have a well tuned one.
 *
 * <p>Results are close to those of this library's own kernels, not identical: OpenBLAS chooses the order of its sums by CPU, shape and
 * number of threads.
 *
 * <p>The library is looked for once, at the first use of this class: at the absolute path in the system property {@value #PROPERTY}, or
 * under its usual names where the system keeps its libraries. The value {@code off} stops that. Native access must be enabled for this
 * module ({@code --enable-native-access=dev.spikelane}, or {@code ALL-UNNAMED} on the class path). Where OpenBLAS is missing or may not
 * be used nothing is thrown or printed until a product is asked for; {@link #describe} says why. A build for 64-bit sizes (ILP64) is
 * refused.
 *
 * <p>OpenBLAS works on the calling thread alone, unless the property {@value #THREADS_PROPERTY} tells it another number of threads;
 * {@code OPENBLAS_NUM_THREADS} plays no part. It may be called from several threads. A build without threads, which may lack locks, is given
 * one call at a time. A build with OpenMP is told its number before each call, which then holds for the caller's other OpenMP code too.
 */
public final class OpenBlas {

    /** Name of the system property that gives the absolute path of the library, or {@code off}. */
    public static final String PROPERTY = "spikelane.openblas";

    /** Name of the system property that gives the number of threads inside OpenBLAS, from 1 (the default) to 1024. */
    public static final String THREADS_PROPERTY = "spikelane.openblas.threads";

    private static final OpenBlasSearch SEARCH = OpenBlasSearch.search();

    private static final @Nullable OpenBlasLibrary LIBRARY = SEARCH.library();

    private OpenBlas() {}

    /**
     * Tells whether OpenBLAS was found and may be used.
     *
     * @return whether products can be asked for
     */
    public static boolean isAvailable() {
        return LIBRARY != null;
    }

    /**
     * Says which OpenBLAS serves, or why none does, in one line.
     *
     * @return such as {@code 0.3.29, core SkylakeX, 1 thread inside, /usr/lib/libopenblas.so.0}, or
     *     {@code not found: tried libopenblas.so.0, libopenblas.so}
     */
    public static String describe() {
        return SEARCH.description();
    }

    /**
     * Multiplies two matrices.
     *
     * <p>{@code c = alpha * op(a) * op(b) + beta * c}, where {@code op} transposes or does nothing; {@code op(a)} is {@code [m x k]},
     * {@code op(b)} {@code [k x n]}. If {@code beta} is 0, {@code c} is not read.
     *
     * @param transposeA whether {@code a} is {@code [k x m]} instead of {@code [m x k]}
     * @param transposeB whether {@code b} is {@code [n x k]} instead of {@code [k x n]}
     * @param alpha factor on the product
     * @param a the left matrix
     * @param b the right matrix; may be {@code a}
     * @param beta factor on the old {@code c}
     * @param c {@code [m x n]}, updated; shares no memory with the others
     * @throws IllegalArgumentException if a shape does not fit, or {@code c} shares memory with {@code a} or {@code b}
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void sgemm(
            boolean transposeA,
            boolean transposeB,
            float alpha,
            FloatMatrix a,
            FloatMatrix b,
            float beta,
            FloatMatrix c) {
        requireAvailable();
        int m = c.rows();
        int n = c.columns();
        int k = transposeA ? a.rows() : a.columns();
        a.requireShape("a", transposeA ? k : m, transposeA ? m : k);
        b.requireShape("b", transposeB ? n : k, transposeB ? k : n);
        c.requireShape("c", m, n);
        requireApart("c", c, "a", a);
        requireApart("c", c, "b", b);
        OpenBlasCalls.sgemm(transposeA, transposeB, m, n, k, alpha, a, b, beta, c);
    }

    /**
     * Multiplies a matrix and a vector.
     *
     * <p>{@code y = alpha * op(a) * x + beta * y}, where {@code op} transposes or does nothing; {@code op(a)} is {@code [m x k]}. If
     * {@code beta} is 0, {@code y} is not read.
     *
     * @param transposeA whether {@code a} is {@code [k x m]} instead of {@code [m x k]}
     * @param alpha factor on the product
     * @param a the matrix
     * @param x {@code [1 x k]}
     * @param beta factor on the old {@code y}
     * @param y {@code [1 x m]}, updated; shares no memory with the others
     * @throws IllegalArgumentException if a shape does not fit, or {@code y} shares memory with {@code a} or {@code x}
     * @throws IllegalStateException if OpenBLAS is not available, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public static void sgemv(boolean transposeA, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y) {
        requireAvailable();
        a.requireShape("a", a.rows(), a.columns());
        x.requireShape("x", 1, transposeA ? a.rows() : a.columns());
        y.requireShape("y", 1, transposeA ? a.columns() : a.rows());
        requireApart("y", y, "a", a);
        requireApart("y", y, "x", x);
        OpenBlasCalls.sgemv(transposeA, alpha, a, x, beta, y);
    }

    /**
     * Throws unless OpenBLAS can be used.
     *
     * @throws IllegalStateException if it is not available; the message says why
     */
    public static void requireAvailable() {
        library();
    }

    /** The library, or an exception that says why there is none. */
    static OpenBlasLibrary library() {
        OpenBlasLibrary library = LIBRARY;
        if (library == null) {
            throw new IllegalStateException("OpenBLAS is not available: " + describe());
        }
        return library;
    }

    /** Two matrices of which one is written. */
    static void requireApart(String name, FloatMatrix written, String otherName, FloatMatrix read) {
        if (written.sharesMemory(read)) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }
}
