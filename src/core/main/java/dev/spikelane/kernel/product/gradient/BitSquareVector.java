package dev.spikelane.kernel.product.gradient;

import static dev.spikelane.simd.OtherLanes.LONG;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROL;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares of 64 x 64 bits, one word a row (Warren, Hacker's Delight, 7-3): swaps the two quarters off the
 * diagonal, then does so in each quarter, and so on.
 */
final class BitSquareVector {

    private static final int LANES = LONG.length();

    private static final VectorShuffle<Long> BY_4 = LONG.shuffleFromOp(i -> (i ^ 4) % LANES);
    private static final VectorShuffle<Long> BY_2 = LONG.shuffleFromOp(i -> (i ^ 2) % LANES);
    private static final VectorShuffle<Long> BY_1 = LONG.shuffleFromOp(i -> i ^ 1);
    private static final LongVector STAYS_4 = LongVector.fromArray(LONG, lanes(4, mask(4), ~mask(4)), 0);
    private static final LongVector STAYS_2 = LongVector.fromArray(LONG, lanes(2, mask(2), ~mask(2)), 0);
    private static final LongVector STAYS_1 = LongVector.fromArray(LONG, lanes(1, mask(1), ~mask(1)), 0);
    private static final LongVector TURNS_4 = LongVector.fromArray(LONG, lanes(4, 4, -4), 0);
    private static final LongVector TURNS_2 = LongVector.fromArray(LONG, lanes(2, 2, -2), 0);
    private static final LongVector TURNS_1 = LongVector.fromArray(LONG, lanes(1, 1, -1), 0);

    private BitSquareVector() {}

    /** Returns one number for the first of each two rows that are {@code distance} apart, another for the second. */
    private static long[] lanes(int distance, long first, long second) {
        long[] result = new long[LANES];
        for (int i = 0; i < LANES; i++) {
            result[i] = (i & distance) == 0 ? first : second;
        }
        return result;
    }

    /** Returns the bits that the first of two rows keeps. */
    private static long mask(int distance) {
        return Long.divideUnsigned(-1L, (1L << distance) + 1);
    }

    /** Transposes the square at an index. */
    static void transpose(long[] squares, int at) {
        for (int distance = Long.SIZE / 2; distance >= LANES; distance >>= 1) {
            swapVectors(squares, at, distance);
        }
        if (LANES == 2) { // 128-bit vectors rearrange slowly
            swapNeighbors(squares, at);
            return;
        }
        for (int i = at; i < at + Long.SIZE; i += LANES) {
            LongVector rows = LongVector.fromArray(LONG, squares, i);
            if (LANES > 4) {
                LongVector others = rows.rearrange(BY_4).lanewise(ROL, TURNS_4);
                rows = rows.and(STAYS_4).or(others.and(STAYS_4.not()));
            }
            LongVector others = rows.rearrange(BY_2).lanewise(ROL, TURNS_2);
            rows = rows.and(STAYS_2).or(others.and(STAYS_2.not()));
            others = rows.rearrange(BY_1).lanewise(ROL, TURNS_1);
            rows.and(STAYS_1).or(others.and(STAYS_1.not())).intoArray(squares, i);
        }
    }

    /** Swaps bits between rows that are in two vectors. */
    private static void swapVectors(long[] squares, int at, int distance) {
        LongVector mask = LongVector.broadcast(LONG, mask(distance));
        for (int i = 0; i < Long.SIZE; i = i + LANES + distance & ~distance) {
            LongVector first = LongVector.fromArray(LONG, squares, at + i);
            LongVector second = LongVector.fromArray(LONG, squares, at + i + distance);
            first.and(mask).or(second.and(mask).lanewise(LSHL, distance)).intoArray(squares, at + i);
            second.and(mask.not()).or(first.lanewise(LSHR, distance).and(mask)).intoArray(squares, at + i + distance);
        }
    }

    private static void swapNeighbors(long[] squares, int at) {
        for (int i = at; i < at + Long.SIZE; i += 2) {
            long swap = (squares[i] >>> 1 ^ squares[i + 1]) & mask(1);
            squares[i] ^= swap << 1;
            squares[i + 1] ^= swap;
        }
    }
}
