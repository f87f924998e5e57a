package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

public final class Checks {

    /** The class of native memory that is not mapped. */
    public static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    private Checks() {}

    public static int atLeast(int least, String name, int number) {
        return (int) atLeast(least, name, (long) number);
    }

    public static long atLeast(int least, String name, long number) {
        if (number < least) {
            throw new IllegalArgumentException(name + " is " + number + ", expected at least " + least);
        }
        return number;
    }

    public static void index(String name, int number, int count) {
        if (number < 0 || number >= count) {
            throw new IndexOutOfBoundsException(name + " is " + number + ", expected 0 to " + (count - 1));
        }
    }

    public static void finite(String name, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number");
        }
    }

    public static void finiteFromZero(String name, double number) {
        if (!(number >= 0 && Double.isFinite(number))) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number of at least 0");
        }
    }

    public static void finiteAboveZero(String name, double number) {
        if (!(number > 0 && Double.isFinite(number))) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number above 0");
        }
    }

    /**
     * Throws an {@link IllegalArgumentException} with the value found and the value expected unless a condition holds.
     */
    public static void require(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + ", expected " + expected);
        }
    }

    public static void share(String name, double number) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException(name + " is " + number + ", expected 0 to 1");
        }
    }

    public static void rows(String name, int available, int rows) {
        if (rows < 1 || rows > available) {
            throw new IllegalArgumentException(
                    name + " has " + available + " rows, expected at least " + rows + " and at least 1 in use");
        }
    }

    /** Requires a nonempty range {@code [first, end)} in {@code [0, count)}. */
    public static void range(String name, int first, int end, int count) {
        if (first < 0 || end <= first || end > count) {
            throw new IllegalArgumentException(
                    name + " range is [" + first + ", " + end + "), expected a part of [0, " + count + ")");
        }
    }

    public static void apart(String name, FloatMatrix written, String otherName, FloatMatrix other) {
        if (written.sharesMemory(other)) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }

    public static void apart(String name, SpikeMatrix written, String otherName, SpikeMatrix other) {
        if (written.sharesMemory(other)) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }

    /**
     * Throws if a written matrix shares memory with another one, unless both start at one address. Then both have the
     * same stride, and each element is read before it is written.
     */
    public static void sameOrApart(String name, FloatMatrix written, String otherName, FloatMatrix other) {
        if (written.segment().address() != other.segment().address() && written.sharesMemory(other)) {
            throw new IllegalArgumentException(name + " shares memory with other rows of " + otherName
                    + ", expected the same rows or memory of its own");
        }
    }

    public static void wholeSteps(int rows, int batch) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
    }

    /**
     * Tells C2 the class of a segment, and that no thread owns it, before a vector loop.
     *
     * <p>Inside FloatVector, calls on segments share one profile for the whole JVM. After the application has used
     * vectors on heap segments, C2 leaves a virtual call in every load and boxes the vectors around it: DenseMatmul
     * reaches 6 GFLOP/s instead of 97 (Zen 4, 512 bits, 2026-11). After it has used confined segments, C2 compares the
     * owner with the thread before the loop, deoptimizes because there is no owner, and at last leaves the comparison
     * in the loop: Lif takes 26 us instead of 18 (Zen 5, 512 bits, 2026-11). The class is a constant, because kernels
     * with long loops are compiled before profiles are mature.
     */
    public static void isNative(MemorySegment segment) {
        if (segment.getClass() != NATIVE) {
            throw new AssertionError("matrices are native memory");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the arena of a matrix is confined to another thread");
        }
    }
}
