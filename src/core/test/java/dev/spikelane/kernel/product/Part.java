package dev.spikelane.kernel.product;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Random;

/** The first rows of a product and some blocks of outputs: all that a call may write. */
public record Part(int some, int first, int end) {

    /** Marks elements that no call has written. */
    public static final float BEFORE = 99;

    public static Part of(int rows, int blocks, Random random) {
        int some = 1 + random.nextInt(rows);
        int first = random.nextInt(blocks);
        return new Part(some, first, first + 1 + random.nextInt(blocks - first));
    }

    /** Restores {@link #BEFORE} in all elements outside this part. */
    public void keep(float[][] whole) {
        for (int row = 0; row < whole.length; row++) {
            for (int output = 0; output < whole[row].length; output++) {
                if (row >= some || output / 64 < first || output / 64 >= end) {
                    whole[row][output] = BEFORE;
                }
            }
        }
    }

    /**
     * Returns the part's columns from 0 on, zeros after the last output, and {@link #BEFORE} in {@code more} blocks.
     */
    public float[][] tile(float[][] whole, int more) {
        int needed = 64 * (end - first);
        float[][] expected = new float[whole.length][needed + 64 * more];
        for (int row = 0; row < whole.length; row++) {
            for (int column = 0; column < expected[row].length; column++) {
                int output = 64 * first + column;
                expected[row][column] =
                        row >= some || column >= needed ? BEFORE : output < whole[row].length ? whole[row][output] : 0;
            }
        }
        return expected;
    }

    /** Returns this part of a whole result. */
    public Tile in(FloatMatrix whole) {
        return Tile.whole(whole).at(first, end);
    }

    public static FloatMatrix unwritten(Arena arena, int rows, int columns) {
        FloatMatrix result = FloatMatrix.zeros(arena, rows, columns);
        result.fill(BEFORE);
        return result;
    }
}
