package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.window.PooledWindows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A convolution of small windows and the pool behind it, in one go: its currents, which nobody else needs, never stand in memory. */
public final class PooledConvOperator implements Operator {

    private final UnfoldedOperator convolution;
    private final PoolOperator pool;
    private final PooledWindows windows;

    private PooledConvOperator(UnfoldedOperator convolution, PoolOperator pool, PooledWindows windows) {
        this.convolution = convolution;
        this.pool = pool;
        this.windows = windows;
    }

    /** Puts convolutions and pools of a path that only goes forward together, where that is possible. */
    public static List<Operator> join(List<Operator> path) {
        List<Operator> joined = new ArrayList<>();
        for (Operator operator : path) {
            Operator both = joined.isEmpty() ? null : join(joined.getLast(), operator);
            if (both == null) {
                joined.add(operator);
            } else {
                joined.set(joined.size() - 1, both);
            }
        }
        return joined;
    }

    private static @Nullable Operator join(Operator before, Operator behind) {
        if (before instanceof UnfoldedOperator convolution && behind instanceof PoolOperator pool && pool.isMax()) {
            PooledWindows windows = convolution.pooled(pool.pool().window());
            return windows == null ? null : new PooledConvOperator(convolution, pool, windows);
        }
        return null;
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
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        SpikeMatrix words = convolution.rows(scratch).spikes();
        for (int row = 0; row < rows; row++) {
            for (int y = 0; y < windows.rows(); y++) {
                convolution.unfold(0, spikes, row * convolution.unfolded(1) + y * windows.words(), windows.words(), words);
                windows.multiply(words, convolution.scaled(), current.matrix(), row, y);
            }
        }
        UnfoldedOperator.clearPadding(current, rows);
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        PackedWeights weights = convolution.ofValues()[0];
        for (int row = 0; row < rows; row++) {
            windows.multiply(input, weights, current.matrix(), row);
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
        return "unfolded, words, pooled";
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
