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

/**
 * A convolution that unfolds windows, some of them at a time, and multiplies each group's by weights that are packed
 * for products.
 */
abstract class UnfoldedOperator extends BitsOperator {

    /** Samples of each thread from which on threads share them. */
    private static final int ROWS_OF_THREAD = 2;

    /** Nanoseconds to unfold a window (Zen 5, 2026-11). */
    static final double UNFOLD = 45;

    final ConvolutionLayout layout;
    /** The windows of each group. */
    final Window[] windows;

    private final Unfold[] unfolds;

    /** Whether a window is a position, whose channels are whole words, so that maps are rows of a product already. */
    final boolean inPlace;

    /** The windows that need no product of unfolded rows. */
    final SpikeWindows fast;

    /**
     * Prepares windows.
     *
     * @param mostBytes that tables of windows that slide may take; 0 if all rows are to be unfolded
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

    /** Multiplies unfolded spikes by the weights of a group. */
    abstract void multiply(int group, SpikeMatrix unfolded, int count, Tile current, Scratch scratch);

    /** The estimated time of unfolding rows and their product on one thread. */
    abstract double estimate(int count, long active);

    /** The weights by which each group multiplies values. */
    abstract PackedWeights[] ofValues();

    /** The integers whose sums {@link SpikeWindows} leave; null if they leave currents. */
    @Nullable
    PackedIntegers scaled() {
        return null;
    }

    /** Windows of which each is several of these, whose sums share a float; null if there are none. */
    @Nullable
    ConvOperator joined() {
        return null;
    }

    /** The windows that compute this and a pool of the largest currents in one go; null if there are none. */
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

    /** By windows that slide, or are words, where these are and all outputs are asked for; else unfolded. */
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

    /** By the product of unfolded rows. */
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

    /** Unfolds the spikes of some windows of a group, all positions of a sample and then of the next. */
    final void unfold(int group, SpikeMatrix spikes, int done, int count, SpikeMatrix unfolded) {
        unfolds[group].copy(spikes, 0, windows[group].positions(), done, count, unfolded);
    }

    /** The first position of which a tile has an output. */
    private int firstPosition(Tile current) {
        return current.firstColumn() / layout.made().channels();
    }

    private int endPosition(Tile current) {
        return Math.ceilDiv(current.endColumn(), layout.made().channels());
    }

    /** Copies the currents of a group, at some positions of some samples, to where they belong. */
    private void fold(FloatMatrix from, int group, int done, int count, Tile current) {
        int channels = layout.made().channels();
        int firstPosition = firstPosition(current);
        int positions = endPosition(current) - firstPosition;
        // of one group without padding, those of positions side by side stand so in both
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

    /**
     * A sample's windows and its currents are one thread's where there are enough samples, or windows slide or are not
     * unfolded.
     */
    @Override
    public Cut cut(int rows, int threads) {
        return fast.slide() || rows >= threads && (inPlace || threads > 1 && rows >= ROWS_OF_THREAD * threads)
                ? Cut.ROWS
                : Cut.OUTPUTS;
    }

    /** Windows that slide, or are words, take one row after the other; a product takes many windows. */
    @Override
    public int fewestRows() {
        return fast.serveAlways() ? 1 : Math.ceilDiv(UnfoldedRows.rows(layout.outputs()), windows[0].positions());
    }

    @Override
    public String kernel(int count, long active) {
        String known = fast.kernel(this, count, active);
        return known == null ? "unfolded, " + variant(count, active) : known;
    }

    /** Names the variant of the product of unfolded rows. */
    abstract String variant(int count, long active);

    @Override
    protected final String kernelOfOthers() {
        return "unfolded, " + DenseMatmul.variant();
    }

    /** How many inputs of unfolded rows are active, on average, of those that are active in the rows. */
    final long unfolded(long active) {
        double reach = (double) windows[0].size() * windows.length * windows[0].positions() / inputs();
        return Math.round(active * reach);
    }

    /** Rows of the product of a group. */
    final int unfolded(int rows) {
        return Math.multiplyExact(rows, windows[0].positions());
    }
}
