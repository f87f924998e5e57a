package dev.spikelane.blas.call;

import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Unchecked calls of OpenBLAS. The class is loaded only if the library was found.
 *
 * <p>Methods are static and the library is constant, so that the JIT inlines the calls. Methods for a block of outputs
 * create slices next to their own call. In another method, the JIT might not remove the slices (40 bytes each),
 * depending on the other code that it inlines.
 */
public final class OpenBlasCalls {

    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private static final OpenBlasLibrary LIBRARY = OpenBlasSearch.require();

    private OpenBlasCalls() {}

    /** {@code c[m x n] = alpha * op(a)[m x k] * op(b)[k x n] + beta * c}. */
    public static void sgemm(
            Matmul.Transpose transpose, float alpha, FloatMatrix a, FloatMatrix b, float beta, FloatMatrix c) {
        begin();
        try {
            LIBRARY.sgemm()
                    .invokeExact(
                            ROW_MAJOR,
                            transpose.first() ? TRANSPOSE : NO_TRANSPOSE,
                            transpose.second() ? TRANSPOSE : NO_TRANSPOSE,
                            c.rows(),
                            c.columns(),
                            transpose.first() ? a.rows() : a.columns(),
                            alpha,
                            a.segment(),
                            a.stride(),
                            b.segment(),
                            b.stride(),
                            beta,
                            c.segment(),
                            c.stride());
        } catch (Throwable failure) {
            throw OpenBlasLibrary.unexpected(failure);
        } finally {
            end();
        }
    }

    /** {@code c[m x n] += a[m x k] * b'[k x n]}; {@code b} and {@code c} start at an offset in bytes. */
    static void addBlock(int m, int n, int k, FloatMatrix a, FloatMatrix b, long offsetB, FloatMatrix c, long offsetC) {
        begin();
        try {
            MemorySegment fromB = b.segment().asSlice(offsetB);
            MemorySegment fromC = c.segment().asSlice(offsetC);
            LIBRARY.sgemm()
                    .invokeExact(
                            ROW_MAJOR,
                            NO_TRANSPOSE,
                            TRANSPOSE,
                            m,
                            n,
                            k,
                            1f,
                            a.segment(),
                            a.stride(),
                            fromB,
                            b.stride(),
                            1f,
                            fromC,
                            c.stride());
        } catch (Throwable failure) {
            throw OpenBlasLibrary.unexpected(failure);
        } finally {
            end();
        }
    }

    /** {@code y = alpha * op(a) * x + beta * y}. */
    public static void sgemv(boolean transposeA, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y) {
        begin();
        try {
            LIBRARY.sgemv()
                    .invokeExact(
                            ROW_MAJOR,
                            transposeA ? TRANSPOSE : NO_TRANSPOSE,
                            a.rows(),
                            a.columns(),
                            alpha,
                            a.segment(),
                            a.stride(),
                            x.segment(),
                            1,
                            beta,
                            y.segment(),
                            1);
        } catch (Throwable failure) {
            throw OpenBlasLibrary.unexpected(failure);
        } finally {
            end();
        }
    }

    /** {@code y[n] += a[n x k] * x[k]}; {@code a} and {@code y} start at an offset in bytes. */
    static void addBlock(int n, int k, FloatMatrix a, long offsetA, FloatMatrix x, FloatMatrix y, long offsetY) {
        begin();
        try {
            MemorySegment fromA = a.segment().asSlice(offsetA);
            MemorySegment fromY = y.segment().asSlice(offsetY);
            LIBRARY.sgemv()
                    .invokeExact(ROW_MAJOR, NO_TRANSPOSE, n, k, 1f, fromA, a.stride(), x.segment(), 1, 1f, fromY, 1);
        } catch (Throwable failure) {
            throw OpenBlasLibrary.unexpected(failure);
        } finally {
            end();
        }
    }

    private static void begin() {
        if (LIBRARY.turn() != null) {
            LIBRARY.turn().lock();
        }
        if (LIBRARY.ompThreads() != null) {
            try {
                LIBRARY.ompThreads().invokeExact(LIBRARY.threads());
            } catch (Throwable failure) {
                throw OpenBlasLibrary.unexpected(failure);
            }
        }
    }

    private static void end() {
        if (LIBRARY.turn() != null) {
            LIBRARY.turn().unlock();
        }
    }
}
