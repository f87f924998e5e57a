package dev.spikelane.blas;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.onOtherThread;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static dev.spikelane.Matrices.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products against double precision, if OpenBLAS is installed. */
final class OpenBlasTest extends KernelCase {

    private static final int[] SIZES = {1, 2, 15, 16, 17, 64, 65, 130};
    private static final boolean[] BOTH = {false, true};

    private static void assumeAvailable() {
        assumeTrue(OpenBlas.isAvailable(), () -> "OpenBLAS is not available: " + OpenBlas.describe());
    }

    @Test
    void saysWhatItFoundOrWhyItFoundNothing() {
        String description = OpenBlas.describe();
        assertFalse(description.isBlank());
        assertEquals(1, description.lines().count(), description);
        assertEquals(OpenBlas.isAvailable(), description.contains(", core "), description);
    }

    @Test
    void refusesToMultiplyWhenItIsMissing() {
        assumeFalse(OpenBlas.isAvailable(), "OpenBLAS is available");
        FloatMatrix matrix = FloatMatrix.zeros(arena, 2, 2);
        assertIllegalState(
                "OpenBLAS is not available: " + OpenBlas.describe(),
                () -> OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, matrix, matrix, 0, FloatMatrix.zeros(arena, 2, 2)));
    }

    @Test
    void multipliesMatricesOfAnyShape() {
        assumeAvailable();
        Random random = new Random(20261124);
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    for (boolean transposeA : BOTH) {
                        for (boolean transposeB : BOTH) {
                            checkSgemm(transposeA, transposeB, m, n, k, random);
                        }
                    }
                }
            }
        }
    }

    private static void checkSgemm(boolean transposeA, boolean transposeB, int m, int n, int k, Random random) {
        float alpha = random.nextFloat() - 0.5f;
        float beta = random.nextInt(3) - 1;
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix a = transposeA ? uniform(arena, k, m, random) : uniform(arena, m, k, random);
            FloatMatrix b = transposeB ? uniform(arena, n, k, random) : uniform(arena, k, n, random);
            FloatMatrix c = uniform(arena, m, n, random);
            float[] before = c.toArray();
            if (beta == 0) {
                c.fill(Float.NaN); // is not read
            }
            Matmul.Transpose transpose = transposeA
                    ? transposeB ? Matmul.Transpose.BOTH : Matmul.Transpose.FIRST
                    : transposeB ? Matmul.Transpose.SECOND : Matmul.Transpose.NEITHER;
            OpenBlas.sgemm(transpose, alpha, a, b, beta, c);
            Reference reference =
                    new Reference(m, n, k, transposeA, a.toArray(), transposeB, b.toArray(), alpha, beta, before);
            reference.assertClose(c);
        }
    }

    @Test
    void multipliesMatrixAndVectorOfAnyShape() {
        assumeAvailable();
        Random random = new Random(20261125);
        for (int m : SIZES) {
            for (int k : SIZES) {
                for (boolean transposeA : BOTH) {
                    float beta = random.nextInt(3) - 1;
                    try (Arena arena = Arena.ofShared()) {
                        FloatMatrix a = transposeA ? uniform(arena, k, m, random) : uniform(arena, m, k, random);
                        FloatMatrix x = uniform(arena, 1, k, random);
                        FloatMatrix y = uniform(arena, 1, m, random);
                        float[] before = y.toArray();
                        OpenBlas.sgemv(
                                transposeA ? Matmul.Transpose.FIRST : Matmul.Transpose.NEITHER, 0.75f, a, x, beta, y);
                        // y' = x' op(a)'
                        new Reference(1, m, k, false, x.toArray(), !transposeA, a.toArray(), 0.75f, beta, before)
                                .assertClose(y);
                    }
                }
            }
        }
    }

    /** {@code c = alpha * op(a) * op(b) + beta * c} in double precision, and the sum of magnitudes. */
    private record Reference(
            int m,
            int n,
            int k,
            boolean transposeA,
            float[] a,
            boolean transposeB,
            float[] b,
            float alpha,
            float beta,
            float[] c) {

        void assertClose(FloatMatrix actual) {
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    double sum = 0;
                    double magnitude = 0;
                    for (int i = 0; i < k; i++) {
                        double product = (double) a[transposeA ? i * m + row : row * k + i]
                                * b[transposeB ? column * k + i : i * n + column];
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    double old = beta * (double) c[row * n + column];
                    // Bounds any order of float32 sums: (k + 2) roundings of half a unit in the last place.
                    double tolerance = (k + 2) * 0x1p-24 * (Math.abs(alpha) * magnitude + Math.abs(old));
                    double expected = alpha * sum + old;
                    double difference = Math.abs(expected - actual.get(row, column));
                    if (!(difference <= tolerance)) {
                        assertEquals(expected, actual.get(row, column), tolerance, row + ", " + column + " of " + this);
                    }
                }
            }
            assertZeroPads(actual, toString());
        }

        @Override
        public String toString() {
            return m + " x " + n + " x " + k + (transposeA ? ", a transposed" : "")
                    + (transposeB ? ", b transposed" : "");
        }
    }

    @Test
    void writesTheRowsOfAViewOnly() {
        assumeAvailable();
        Random random = new Random(5);
        FloatMatrix a = uniform(arena, 3, 20, random);
        FloatMatrix b = uniform(arena, 20, 70, random);
        FloatMatrix c = uniform(arena, 9, 70, random);
        FloatMatrix before = FloatMatrix.copyOf(arena, 9, 70, c.toArray());
        OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, a, b, 0, c.rows(3, 3));
        assertSameBits(before.rows(0, 3), c.rows(0, 3), "rows before");
        assertSameBits(before.rows(6, 3), c.rows(6, 3), "rows behind");
    }

    @Test
    void refusesWhatDoesNotFit() throws InterruptedException {
        assumeAvailable();
        FloatMatrix a = FloatMatrix.zeros(arena, 2, 3);
        FloatMatrix b = FloatMatrix.zeros(arena, 3, 4);
        FloatMatrix c = FloatMatrix.zeros(arena, 2, 4);
        Class<IllegalArgumentException> illegal = IllegalArgumentException.class;
        assertMessage(
                illegal, "a is [2 x 3], expected [2 x 2]", () -> OpenBlas.sgemm(Matmul.Transpose.FIRST, 1, a, b, 0, c));
        assertMessage(
                illegal,
                "b is [3 x 4], expected [4 x 3]",
                () -> OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, a, b, 0, c));
        FloatMatrix square = FloatMatrix.zeros(arena, 4, 4);
        assertMessage(
                illegal,
                "c shares memory with a, expected memory of its own",
                () -> OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, square, FloatMatrix.zeros(arena, 4, 4), 0, square));
        assertMessage(
                illegal,
                "c shares memory with b, expected memory of its own",
                () -> OpenBlas.sgemm(
                        Matmul.Transpose.NEITHER,
                        1,
                        FloatMatrix.zeros(arena, 2, 2),
                        square.rows(1, 2),
                        0,
                        square.rows(2, 2)));
        FloatMatrix vector = FloatMatrix.zeros(arena, 1, 3);
        assertMessage(
                illegal,
                "transpose is BOTH, expected NEITHER or FIRST, as x is a vector",
                () -> OpenBlas.sgemv(Matmul.Transpose.BOTH, 1, a, vector, 0, vector));
        assertMessage(
                illegal,
                "x is [1 x 3], expected [1 x 2]",
                () -> OpenBlas.sgemv(Matmul.Transpose.FIRST, 1, a, vector, 0, vector));
        assertMessage(
                illegal,
                "y is [1 x 3], expected [1 x 2]",
                () -> OpenBlas.sgemv(Matmul.Transpose.NEITHER, 1, a, vector, 0, vector));
        assertMessage(
                illegal,
                "y shares memory with x, expected memory of its own",
                () -> OpenBlas.sgemv(Matmul.Transpose.NEITHER, 1, FloatMatrix.zeros(arena, 3, 3), vector, 0, vector));
        try (Arena confined = Arena.ofConfined()) {
            FloatMatrix ofThisThread = FloatMatrix.zeros(confined, 2, 3);
            assertInstanceOf(
                    WrongThreadException.class,
                    onOtherThread("other", () -> OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, ofThisThread, b, 0, c)));
        }
    }

    @Test
    void refusesClosedArenas() {
        assumeAvailable();
        FloatMatrix a = FloatMatrix.zeros(arena, 2, 3);
        FloatMatrix c = FloatMatrix.zeros(arena, 2, 4);
        Arena closed = Arena.ofConfined();
        FloatMatrix b = FloatMatrix.zeros(closed, 3, 4);
        closed.close();
        assertIllegalState("the arena of b is closed", () -> OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, a, b, 0, c));
    }

    @Test
    void servesSeveralThreadsAtOnce() throws InterruptedException {
        assumeAvailable();
        Random random = new Random(7);
        FloatMatrix a = uniform(arena, 100, 200, random);
        FloatMatrix b = uniform(arena, 200, 150, random);
        FloatMatrix alone = FloatMatrix.zeros(arena, 100, 150);
        OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, a, b, 0, alone);
        Throwable[] thrown = new Throwable[4];
        Thread[] threads = new Thread[thrown.length];
        for (int i = 0; i < threads.length; i++) {
            int number = i;
            threads[i] = new Thread(() -> thrown[number] = multiplyAgainAndAgain(arena, a, b, alone));
            threads[i].start();
        }
        for (int i = 0; i < threads.length; i++) {
            threads[i].join();
            assertNull(thrown[i]);
        }
    }

    private static Throwable multiplyAgainAndAgain(Arena arena, FloatMatrix a, FloatMatrix b, FloatMatrix alone) {
        try {
            FloatMatrix c = FloatMatrix.zeros(arena, 100, 150);
            for (int i = 0; i < 100; i++) {
                c.fill(i);
                OpenBlas.sgemm(Matmul.Transpose.NEITHER, 1, a, b, 0, c);
                assertSameBits(alone, c, "product " + i);
            }
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }
}
