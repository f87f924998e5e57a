package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.operator.BitsOperator;
import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.FlattenOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.UnfoldedRows;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Unfold;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.PackedIntegers;
import dev.spikelane.kernel.product.window.PooledWindows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A convolution that unfolds some windows at a time and multiplies them by the packed weights of each group. */
abstract class UnfoldedOperator extends BitsOperator {

    /** Samples of each thread from which on threads share samples. */
    private static final int ROWS_OF_THREAD = 2;

    /** Nanoseconds to unfold a window (Zen 5, 2026-11). */
    static final double UNFOLD = 45;

    final ConvolutionLayout layout;
    final Window[] windows;

    private final Unfold[] unfolds;

    /** True if a window is one position whose channels are whole words, so that maps are rows of a product already. */
    final boolean inPlace;

    final SpikeWindows fast;

    /**
     * @param mostBytes the most bytes of tables for sliding windows; 0 to unfold all rows
     */
    UnfoldedOperator(Arena arena, ConvolutionLayout layout, long mostBytes) {
        this.layout = layout;
        this.fast = new SpikeWindows(arena, layout.windows(), layout.outputs(), mostBytes);
        this.windows = layout.windows();
        this.inPlace = layout.isOfPositions();
        this.unfolds = new Unfold[windows.length];
        for (int group = 0; group < windows.length; group++) {
            unfolds[group] = new Unfold(windows[group]);
        }
    }

    abstract void multiply(int group, SpikeMatrix unfolded, int count, Tile current, Scratch scratch);

    /** Estimates the time of unfolding rows and their product on one thread, in nanoseconds. */
    abstract double estimate(int count, long active);

    abstract PackedWeights[] ofValues();

    /** Returns the integers that scale the sums of {@link SpikeWindows}; null if its results are currents. */
    @Nullable
    PackedIntegers scaled() {
        return null;
    }

    /** Returns a convolution that joins several of these windows, whose sums share a float; null if there is none. */
    @Nullable
    ConvOperator joined() {
        return null;
    }

    /** Returns windows fused with a max pool, or null. */
    @Nullable
    PooledWindows pooled(Window pool) {
        return fast.words == null || 2 * windows[0].x().outputs() > UnfoldedRows.rows(layout.outputs())
                ? null
                : new PooledWindows(windows[0], pool, layout.outputs(), fast.words);
    }

    @Override
    public final int inputs() {
        return layout.source().size();
    }

    @Override
    public final int outputs() {
        return layout.made().size();
    }

    @Override
    public final long work() {
        return (long) outputs() * windows[0].size();
    }

    final UnfoldedRows rows(Scratch scratch) {
        return scratch.unfolded(windows[0].size(), layout.outputs());
    }

    @Override
    public void reserve(Scratch scratch) {
        scratch.spikes();
        rows(scratch).spikes();
        fast.reserve(scratch);
    }

    @Override
    protected final void reserveOthers(Scratch scratch) {
        rows(scratch).values();
    }

    /** Multiplies by sliding windows or words if all outputs are needed and they exist; otherwise by unfolded rows. */
    @Override
    public final void multiply(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        if (current.all() && fast.multiply(this, spikes, count, current, scratch)) {
            PackedIntegers scaled = scaled();
            if (scaled != null) {
                IntegerMatmul.finish(scaled, current, count);
            }
        } else {
            multiplyUnfolded(spikes, count, current, scratch);
        }
    }

    final void multiplyUnfolded(SpikeMatrix spikes, int count, Tile current, Scratch scratch) {
        current.require("current", count, outputs());
        UnfoldedRows rows = rows(scratch);
        if (inPlace && current.all()) {
            Tile all = rows.inPlace.on(current.matrix().inRowsOf(layout.outputs()));
            multiply(0, spikes.inRowsOf(windows[0].size()), unfolded(count), all, scratch);
            return;
        }
        SpikeMatrix unfolded = rows.spikes();
        int first = firstPosition(current);
        int positions = endPosition(current) - first;
        int all = Math.multiplyExact(count, positions);
        for (int group = 0; group < windows.length; group++) {
            for (int done = 0; done < all; done += unfolded.rows()) {
                int some = Math.min(unfolded.rows(), all - done);
                unfolds[group].copy(spikes, first, positions, done, some, unfolded);
                multiply(group, unfolded, some, rows.current, scratch);
                fold(rows.current.matrix(), group, done, some, current);
            }
        }
        clearPadding(current, count);
    }

    @Override
    protected final void multiplyOthers(FloatMatrix input, int count, Tile current, Scratch scratch) {
        current.require("current", count, outputs());
        UnfoldedRows rows = rows(scratch);
        if (inPlace && current.all()) {
            Tile all = rows.inPlace.on(current.matrix().inRowsOf(layout.outputs()));
            DenseMatmul.multiply(input.inRowsOf(windows[0].size()), unfolded(count), ofValues()[0], all);
            return;
        }
        FloatMatrix unfolded = rows.values();
        int first = firstPosition(current);
        int positions = endPosition(current) - first;
        int all = Math.multiplyExact(count, positions);
        for (int group = 0; group < windows.length; group++) {
            for (int done = 0; done < all; done += unfolded.rows()) {
                int some = Math.min(unfolded.rows(), all - done);
                unfolds[group].copy(input, first, positions, done, some, unfolded);
                DenseMatmul.multiply(unfolded, some, ofValues()[group], rows.current);
                fold(rows.current.matrix(), group, done, some, current);
            }
        }
        clearPadding(current, count);
    }

    /** Unfolds the spikes of some windows of a group: all positions of a sample, then the next sample. */
    final void unfold(int group, SpikeMatrix spikes, int done, int count, SpikeMatrix unfolded) {
        unfolds[group].copy(spikes, 0, windows[group].positions(), done, count, unfolded);
    }

    /** Returns the first position with an output in a tile. */
    private int firstPosition(Tile current) {
        return current.firstColumn() / layout.made().channels();
    }

    private int endPosition(Tile current) {
        return Math.ceilDiv(current.endColumn(), layout.made().channels());
    }

    /** Copies the currents of a group, at some positions of some samples, to the output. */
    private void fold(FloatMatrix from, int group, int done, int count, Tile current) {
        int channels = layout.made().channels();
        int firstPosition = firstPosition(current);
        int positions = endPosition(current) - firstPosition;
        // one group without padding: adjacent positions are adjacent in both matrices
        boolean together = windows.length == 1 && channels == from.stride();
        FloatMatrix to = current.matrix();
        int some;
        for (int i = 0; i < count; i += some) {
            int sample = (done + i) / positions;
            int position = (done + i) % positions;
            some = together ? Math.min(count - i, positions - position) : 1;
            int column = (firstPosition + position) * channels + group * layout.outputs();
            int first = Math.max(column, current.firstColumn());
            int end = Math.min(column + some * layout.outputs(), current.endColumn());
            if (first < end) {
                MemorySegment.copy(
                        from.segment(),
                        from.rowOffset(i) + (long) (first - column) * Float.BYTES,
                        to.segment(),
                        to.rowOffset(sample) + (long) (first - current.origin()) * Float.BYTES,
                        (long) (end - first) * Float.BYTES);
            }
        }
    }

    static void clearPadding(Tile current, int rows) {
        for (int row = 0; row < rows; row++) {
            FlattenOperator.clearPadding(current, row);
        }
    }

    /** Cuts samples between threads if there are enough, or if windows slide or are not unfolded. */
    @Override
    public Cut cut(int rows, int threads) {
        return fast.slide() || rows >= threads && (inPlace || threads > 1 && rows >= ROWS_OF_THREAD * threads)
                ? Cut.ROWS
                : Cut.OUTPUTS;
    }

    /** Returns 1 for sliding windows and words, which take one row after the other; a product takes many windows. */
    @Override
    public int fewestRows() {
        return fast.serveAlways() ? 1 : Math.ceilDiv(UnfoldedRows.rows(layout.outputs()), windows[0].positions());
    }

    @Override
    public String kernel(int count, long active) {
        String known = fast.kernel(this, count, active);
        return known == null ? "unfolded, " + variant(count, active) : known;
    }

    abstract String variant(int count, long active);

    @Override
    protected final String kernelOfOthers() {
        return "unfolded, " + DenseMatmul.variant();
    }

    /** Returns the average number of active inputs in unfolded rows, for {@code active} active inputs in the rows. */
    final long unfolded(long active) {
        double reach = (double) windows[0].size() * windows.length * windows[0].positions() / inputs();
        return Math.round(active * reach);
    }

    final int unfolded(int rows) {
        return Math.multiplyExact(rows, windows[0].positions());
    }
}
