package dev.spikelane.kernel.product.window;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.Window;
import java.lang.foreign.MemorySegment;

/**
 * A convolution of spikes by a sliding window. It visits each group of four channels of a pixel in which one fires once
 * for each column of the output that the pixel reaches. The group is then added to all rows of outputs in reach, which
 * are in registers.
 *
 * <p>The bits are as {@link dev.spikelane.kernel.product.spike.SpikeMatmul} gives for unfolded rows. With
 * {@code k = (ky*kw + kx)*C + c}, the accumulator starts at the bias; the active weights of four consecutive {@code k}
 * are summed in ascending order; these sums are added in ascending order. Padding has no spikes. For an output, groups
 * ascend by {@code k} as inputs do by row and column.
 */
public final class WindowMatmul {

    private static final int BLOCK = PackedWeights.BLOCK_BYTES;

    /** Most rows of a kernel, limited by registers. */
    private static final int MOST_ROWS = 5;

    private WindowMatmul() {}

    /**
     * Returns true if this should compute a convolution. Groups of four channels must not straddle pixels, and a row of
     * the input must reach neighboring rows of outputs. A kernel of one row gains nothing, and tables of more than
     * {@value WindowTables#MOST_BYTES} bytes would be read from memory.
     */
    public static boolean serves(Window window, int outputs) {
        Window upright = upright(window);
        int kernel = upright.y().kernel();
        return window.channels() == window.allChannels()
                && window.channels() % 4 == 0
                && upright.x().isDense()
                && upright.y().isDense()
                && upright.y().stride() == 1
                && kernel > 1
                && kernel <= MOST_ROWS
                && WindowTables.bytes(upright, outputs) <= WindowTables.MOST_BYTES;
    }

    /** Returns a window over a single row as one over a single column, which has the same layout in memory. */
    static Window upright(Window window) {
        return window.y().equals(Window.Axis.ONE)
                ? new Window(window.channels(), window.firstChannel(), window.allChannels(), window.x(), window.y())
                : window;
    }

    /**
     * Computes the currents of some rows.
     *
     * @param spikes {@code [at least first + rows x window.inputs()]}, maps in the order (y, x, channel)
     * @param first the first row of the spikes
     * @param rows the number of rows, at least 1
     * @param lists scratch memory for the tables of the weights, used by one thread at a time
     * @param current {@code [at least rows x positions * channels]} in the same order, with all blocks in use; the
     *     first rows are overwritten
     * @throws IllegalArgumentException if a shape does not fit, or some blocks are not in use
     */
    public static void multiply(SpikeMatrix spikes, int first, int rows, WindowLists lists, Tile current) {
        WindowTables tables = lists.tables;
        Window window = tables.window;
        Checks.range("rows", first, first + rows, spikes.rows());
        spikes.requireShape("spikes", spikes.rows(), window.inputs());
        current.require("current", rows, window.positions() * tables.outputs());
        Checks.require(current.all(), "current", current, "all of them in use");
        for (int row = 0; row < rows; row++) {
            lists.list(spikes, first + row);
            long to = current.offset(row, 0);
            FloatMatrix room = lists.room;
            if (room == null) {
                add(lists, current.matrix().segment(), to, tables.outputs() * Float.BYTES);
            } else {
                int position = room.columns() / window.positions() * Float.BYTES;
                add(lists, room.segment(), 0, position);
                copy(room.segment(), position, current.matrix().segment(), to, tables);
            }
            clearPads(current, row);
        }
    }

    /** Adds the listed map to its currents. */
    private static void add(WindowLists lists, MemorySegment sums, long to, int position) {
        WindowTables tables = lists.tables;
        KernelRowSpan[] passes = tables.passes(lists.count());
        for (int channel = 0; channel < position; channel += tables.strip) {
            int block = channel / BLOCK;
            int lanes = channel % BLOCK;
            if (!passes[0].begins()) {
                start(tables, channel, sums, to + channel, position);
            }
            for (KernelRowSpan pass : passes) {
                tables.adds[pass.rows()].add(lists, pass, block, lanes, sums, to + channel, position);
            }
        }
    }

    /** Starts the sums of a strip at the bias. */
    private static void start(WindowTables tables, int channel, MemorySegment sums, long to, int position) {
        MemorySegment bias = tables.bias.segment();
        int positions = tables.window.positions();
        if (SimdWidth.VECTOR) {
            WindowTablesVector.start(bias, channel, sums, to, position, positions, tables.strip);
        } else {
            for (int place = 0; place < positions; place++) {
                MemorySegment.copy(bias, channel, sums, to + (long) place * position, tables.strip);
            }
        }
    }

    /** Copies currents, and removes the padding of their channels. */
    private static void copy(MemorySegment from, int position, MemorySegment to, long row, WindowTables tables) {
        long bytes = (long) tables.outputs() * Float.BYTES;
        for (int place = 0; place < tables.window.positions(); place++) {
            MemorySegment.copy(from, (long) place * position, to, row + place * bytes, bytes);
        }
    }

    private static void clearPads(Tile current, int row) {
        long at = current.offset(row, 0);
        for (int column = current.columns(); column < current.blocks() * PackedWeights.BLOCK; column++) {
            current.matrix().segment().set(JAVA_FLOAT, at + (long) column * Float.BYTES, 0f);
        }
    }
}
