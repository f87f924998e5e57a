package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.BitPlanes;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * An operator that can multiply integers by their bits, as spikes: the lowest bits from the bias, then each further bit
 * over all inputs from +0, added once, times 2, 4 and so on.
 */
public abstract class BitsOperator implements Operator {

    /** Rows whose bits and sums stay in caches. */
    private static final int MOST_ROWS = 64;

    /** Least rows of scratch memory: the steps of many networks. */
    private static final int LEAST_ROWS = 4;

    private int greatest;

    /** Multiplies all bits but the lowest; null if integers count as other values. */
    private @Nullable Operator unbiased;

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

    /** Returns an operator with these weights and no bias; null if bits are not multiplied. */
    protected abstract @Nullable Operator withoutBias();

    protected void reserveOthers(Scratch scratch) {}

    protected abstract void multiplyOthers(FloatMatrix input, int rows, Tile current, Scratch scratch);

    protected abstract String kernelOfOthers();

    @Override
    public final void takeWholeNumbers(int most) {
        greatest = most;
        unbiased = most > 0 ? withoutBias() : null;
    }

    protected final void takeNumbersOf(BitsOperator other) {
        takeWholeNumbers(other.greatest);
    }

    @Override
    public final boolean multipliesBits() {
        return unbiased != null;
    }

    @Override
    public final String kernel(int rows) {
        return multipliesBits() ? "bits of numbers" : kernelOfOthers();
    }

    @Override
    public final void reserveValues(Scratch scratch) {
        if (unbiased == null) {
            reserveOthers(scratch);
        } else {
            reserve(scratch);
            unbiased.reserve(scratch);
            room(scratch);
        }
    }

    private Room room(Scratch scratch) {
        return scratch.wholeNumbers(Math.clamp(fewestRows(), LEAST_ROWS, MOST_ROWS), inputs(), outputs());
    }

    @Override
    public final void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        if (unbiased == null) {
            multiplyOthers(input, rows, current, scratch);
        } else {
            multiplyBits(unbiased, input, rows, current, scratch);
        }
    }

    private void multiplyBits(Operator planes, FloatMatrix input, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        Room room = room(scratch);
        boolean whole = rows <= room.spikes.rows();
        Tile sum = whole ? current : room.sum.at(current);
        Tile ofPlane = room.ofPlane.at(current);
        for (int done = 0; done < rows; done += room.spikes.rows()) {
            int some = Math.min(room.spikes.rows(), rows - done);
            BitPlanes.copy(input, done, some, 0, greatest, room.spikes);
            multiply(room.spikes, some, sum, scratch);
            for (int plane = 1; plane < BitPlanes.count(greatest); plane++) {
                BitPlanes.copy(input, done, some, plane, greatest, room.spikes);
                planes.multiply(room.spikes, some, ofPlane, scratch);
                for (int i = 0; i < plane; i++) {
                    RowSum.twice(ofPlane, some);
                }
                RowSum.add(sum, ofPlane, some);
            }
            if (!whole) {
                current.copyFrom(sum.matrix(), 0, done, some);
            }
        }
    }
}
