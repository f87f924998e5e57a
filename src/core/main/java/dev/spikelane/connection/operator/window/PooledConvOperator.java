package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.kernel.product.window.JoinedSums;
import dev.spikelane.kernel.product.window.PooledWindows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A convolution of small windows fused with the pool after it; the currents between them are not stored. */
public final class PooledConvOperator implements Operator {

    private final UnfoldedOperator convolution;
    private final PoolOperator pool;
    private final PooledWindows windows;

    private final @Nullable ConvOperator joined;
    private final JoinedSums sums;

    private PooledConvOperator(
            UnfoldedOperator convolution, PoolOperator pool, PooledWindows windows, @Nullable ConvOperator joined) {
        this.convolution = convolution;
        this.pool = pool;
        this.windows = windows;
        this.joined = joined;
        int rows = joined == null ? 1 : joined.windows[0].y().stride();
        this.sums = new JoinedSums(pool.pool().window(), convolution.layout.outputs(), rows);
    }

    /** Fuses convolutions and pools of a path without a backward pass, if possible. */
    public static List<Operator> join(List<Operator> path) {
        List<Operator> joined = new ArrayList<>();
        for (Operator operator : path) {
            Operator both = joined.isEmpty() ? null : join(joined.getLast(), operator, true);
            if (both == null) {
                joined.add(operator);
            } else {
                joined.set(joined.size() - 1, both);
            }
        }
        return joined;
    }

    /**
     * Fuses a convolution and the pool after it.
     *
     * @return the fused operator; null if this is not possible
     */
    public static @Nullable PooledConvOperator join(Operator before, Operator behind) {
        return join(before, behind, false);
    }

    private static @Nullable PooledConvOperator join(Operator before, Operator behind, boolean onlyForward) {
        if (!(before instanceof UnfoldedOperator convolution && behind instanceof PoolOperator pool && pool.isMax())
                || before.multipliesBits()
                || !PooledWindows.serves(convolution.windows[0], pool.pool().window())) {
            return null;
        }
        Window of = pool.pool().window();
        ConvOperator joined = onlyForward ? convolution.joined() : null;
        PooledWindows windows = convolution.pooled(of);
        if (joined != null && windows == null) {
            windows = new PooledWindows(convolution.windows[0], of, convolution.layout.outputs(), null);
        }
        return windows == null ? null : new PooledConvOperator(convolution, pool, windows, joined);
    }

    @Override
    public int inputs() {
        return convolution.inputs();
    }

    @Override
    public int outputs() {
        return pool.outputs();
    }

    @Override
    public long work() {
        return convolution.work() + pool.work();
    }

    @Override
    public int fewestRows() {
        return 1;
    }

    @Override
    public Cut cut(int rows, int threads) {
        return Cut.ROWS;
    }

    @Override
    public boolean takesTiles() {
        return false;
    }

    @Override
    public void reserve(Scratch scratch) {
        convolution.reserve(scratch);
        if (joined != null) {
            joined.reserve(scratch);
            room(scratch, joined);
        }
    }

    /** Returns the memory for the sums of some rows. */
    private Tile room(Scratch scratch, ConvOperator of) {
        return scratch.unfolded(of.inputs(), of.outputs()).current;
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        if (joined == null) {
            multiply(spikes, rows, current, scratch, null, 0);
        } else {
            multiplyJoined(joined, spikes, rows, current, scratch);
        }
    }

    private void multiplyJoined(ConvOperator by, SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        Tile room = room(scratch, by);
        Scaling scaled = Objects.requireNonNull(convolution.scaled()).scaling();
        int some;
        for (int row = 0; row < rows; row += some) {
            some = Math.min(rows - row, room.matrix().rows() - 1);
            by.fast.multiply(by, spikes, row, some, room, scratch);
            for (int i = 0; i < some; i++) {
                sums.finish(room.matrix(), i, scaled, current.matrix(), row + i);
            }
        }
        UnfoldedOperator.clearPadding(current, rows);
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        multiply(input, rows, current, null, 0);
    }

    /**
     * Computes currents of the first rows of spikes or values, and keeps the winners of the pool.
     *
     * @param source {@code [at least rows x inputs]}
     * @param rows the number of rows, at least 1
     * @param current {@code [at least rows x outputs]} as a whole, of which these rows are overwritten
     * @param scratch the thread's scratch memory
     * @param winners the winners of the pool
     * @param firstKept the place for the winners of the first row
     */
    public void multiplyKeeping(
            Signal source, int rows, Tile current, Scratch scratch, PoolWinners winners, int firstKept) {
        if (source instanceof SpikeMatrix spikes) {
            multiply(spikes, rows, current, scratch, winners, firstKept);
        } else {
            multiply((FloatMatrix) source, rows, current, winners, firstKept);
        }
    }

    private void multiply(
            SpikeMatrix spikes, int rows, Tile current, Scratch scratch, @Nullable PoolWinners winners, int kept) {
        current.require("current", rows, outputs());
        SpikeMatrix words = convolution.rows(scratch).spikes();
        PackedIntegers integers = convolution.scaled();
        Scaling scaled = integers == null ? null : integers.scaling();
        for (int row = 0; row < rows; row++) {
            for (int y = 0; y < windows.rows(); y++) {
                convolution.unfold(
                        0, spikes, row * convolution.unfolded(1) + y * windows.words(), windows.words(), words);
                windows.multiply(words, scaled, current.matrix(), row * windows.rows() + y, winners, kept + row);
            }
        }
        UnfoldedOperator.clearPadding(current, rows);
    }

    private void multiply(FloatMatrix input, int rows, Tile current, @Nullable PoolWinners winners, int kept) {
        current.require("current", rows, outputs());
        PackedWeights weights = convolution.ofValues()[0];
        for (int row = 0; row < rows; row++) {
            windows.multiply(input, weights, current.matrix(), row, winners, kept + row);
        }
        UnfoldedOperator.clearPadding(current, rows);
    }

    @Override
    public PooledConvOperator copy(Arena arena) {
        throw new IllegalStateException(this + " belongs to a run");
    }

    @Override
    public void setSpikeValue(float[] values) {
        convolution.setSpikeValue(values);
    }

    @Override
    public String kernel(int rows, long active) {
        return joined == null ? "unfolded, words, pooled" : joined.kernel(rows, active) + ", joined, pooled";
    }

    @Override
    public String kernel(int rows) {
        return "window, pooled";
    }

    @Override
    public String toString() {
        return convolution + ", " + pool;
    }
}
