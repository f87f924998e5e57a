package dev.spikelane.simd;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/** Checks at the edge of the kernels. */
public final class Checks {

    /** Of native memory that is not mapped. */
    public static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    private Checks() {}

    /**
     * Requires a number of at least another one.
     *
     * @return the number
     */
    public static int atLeast(int least, String name, int number) {
        return (int) atLeast(least, name, (long) number);
    }

    /**
     * Requires a number of at least another one.
     *
     * @return the number
     */
    public static long atLeast(int least, String name, long number) {
        if (number < least) {
            throw new IllegalArgumentException(name + " is " + number + ", expected at least " + least);
        }
        return number;
    }

    /** Requires a number from 0 to below another one. */
    public static void index(String name, int number, int count) {
        if (number < 0 || number >= count) {
            throw new IndexOutOfBoundsException(name + " is " + number + ", expected 0 to " + (count - 1));
        }
    }

    /** Requires a finite number. */
    public static void finite(String name, double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number");
        }
    }

    /** Requires a finite number that is not negative. */
    public static void finiteFromZero(String name, double number) {
        if (!(number >= 0 && Double.isFinite(number))) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number of at least 0");
        }
    }

    /** Requires a finite number above zero. */
    public static void finiteAboveZero(String name, double number) {
        if (!(number > 0 && Double.isFinite(number))) {
            throw new IllegalArgumentException(name + " is " + number + ", expected a finite number above 0");
        }
    }

    /**
     * Checks a condition of an argument.
     *
     * @throws IllegalArgumentException if it does not hold, which names what was found and what is expected
     */
    public static void require(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + ", expected " + expected);
        }
    }

    /** Requires a share of a whole. */
    public static void share(String name, double number) {
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException(name + " is " + number + ", expected 0 to 1");
        }
    }

    /** The first {@code rows} rows of a matrix that has {@code available}. */
    public static void rows(String name, int available, int rows) {
        if (rows < 1 || rows > available) {
            throw new IllegalArgumentException(
                    name + " has " + available + " rows, expected at least " + rows + " and at least 1 in use");
        }
    }

    /** A range {@code [first, end)} of {@code count} things, not empty. */
    public static void range(String name, int first, int end, int count) {
        if (first < 0 || end <= first || end > count) {
            throw new IllegalArgumentException(
                    name + " range is [" + first + ", " + end + "), expected a part of [0, " + count + ")");
        }
    }

    /** A matrix that is written shares no memory with another one. */
    public static void apart(String name, FloatMatrix written, String otherName, FloatMatrix other) {
        if (written.sharesMemory(other)) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }

    /** The same for spikes. */
    public static void apart(String name, SpikeMatrix written, String otherName, SpikeMatrix other) {
        if (written.sharesMemory(other)) {
            throw new IllegalArgumentException(
                    name + " shares memory with " + otherName + ", expected memory of its own");
        }
    }

    /**
     * A matrix that is written, element by element, after the same element of another one was read: it starts where
     * that one does, and then has its stride, or shares no memory with it.
     */
    public static void sameOrApart(String name, FloatMatrix written, String otherName, FloatMatrix other) {
        if (written.segment().address() != other.segment().address() && written.sharesMemory(other)) {
            throw new IllegalArgumentException(name + " shares memory with other rows of " + otherName
                    + ", expected the same rows or memory of its own");
        }
    }

    /** Time-major rows: whole steps of {@code batch} rows. */
    public static void wholeSteps(int rows, int batch) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(rows + " rows are not a whole number of steps of batch " + batch);
        }
    }

    /**
     * Tells C2 the class of a segment and that no thread owns it, before a vector loop. Inside FloatVector, calls on
     * segments share one profile with the whole JVM. Once the application has used vectors on heap segments too, C2
     * leaves a virtual call in every load and boxes the vectors around it: 6 instead of 97 GFLOP/s in DenseMatmul (Zen
     * 4, 512 bits, 2026-11). Once it has used confined ones too, C2 compares the owner with the thread before the loop,
     * where there is no owner, fails, and compiles again; in the end the comparison stays in the loop (Lif 26 instead
     * of 18 us; Zen 5, 512 bits, 2026-11). The class is a constant, since a kernel whose loops are long is compiled
     * before profiles are mature.
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
