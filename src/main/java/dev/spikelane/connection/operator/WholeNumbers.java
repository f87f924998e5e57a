package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.BitPlanes;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;

/**
 * Products of a source of whole numbers, whose bits are spikes: that of the ones, from the bias; then that of the twos
 * over all inputs, from +0, which is doubled and added once; likewise that of each further bit.
 *
 * @param greatest of the numbers
 * @param unbiased multiplies by the same weights, without a bias
 */
public record WholeNumbers(int greatest, Operator unbiased) {

    /** Rows whose bits, and sums of both kinds, stay in caches. */
    private static final int MOST_ROWS = 64;

    /** Memory of one thread. */
    static final class Room {

        private final SpikeMatrix spikes;
        private final Tile sum;
        private final Tile ofPlane;

        Room(Arena arena, int rows, int inputs, int outputs) {
            this.spikes = SpikeMatrix.zeros(arena, rows, inputs);
            this.sum = Tile.whole(FloatMatrix.zeros(arena, rows, outputs));
            this.ofPlane = Tile.whole(FloatMatrix.zeros(arena, rows, outputs));
        }

        boolean isOf(int rows, int inputs, int outputs) {
            return spikes.rows() == rows && spikes.columns() == inputs && sum.columns() == outputs;
        }
    }

    /** Asks for the memory that a thread needs. */
    public void reserve(Operator biased, Scratch scratch) {
        biased.reserve(scratch);
        unbiased.reserve(scratch);
        room(biased, scratch);
    }

    private static Room room(Operator operator, Scratch scratch) {
        return scratch.wholeNumbers(Math.min(MOST_ROWS, operator.fewestRows()), operator.inputs(), operator.outputs());
    }

    /**
     * Computes the currents of the first rows for some blocks of 64 outputs.
     *
     * @param biased multiplies the ones
     * @param input {@code [at least count x inputs]}
     * @param count how many rows
     * @param current {@code [at least count x outputs]}, of which these rows of the blocks in use are overwritten
     * @param scratch the thread's
     */
    public void multiply(Operator biased, FloatMatrix input, int count, Tile current, Scratch scratch) {
        current.require("current", count, biased.outputs());
        Room room = room(biased, scratch);
        Tile sum = room.sum.at(current);
        Tile ofPlane = room.ofPlane.at(current);
        for (int done = 0; done < count; done += room.spikes.rows()) {
            int some = Math.min(room.spikes.rows(), count - done);
            BitPlanes.copy(input, done, some, 0, greatest, room.spikes);
            biased.multiply(room.spikes, some, sum, scratch);
            for (int plane = 1; plane < BitPlanes.count(greatest); plane++) {
                BitPlanes.copy(input, done, some, plane, greatest, room.spikes);
                unbiased.multiply(room.spikes, some, ofPlane, scratch);
                for (int i = 0; i < plane; i++) {
                    RowSum.twice(ofPlane, some);
                }
                RowSum.add(sum, ofPlane, some);
            }
            current.copyFrom(sum.matrix(), 0, done, some);
        }
    }
}
