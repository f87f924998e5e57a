package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Window;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * A convolution of spikes by a sliding window: each group of four channels of a pixel in which one fires is visited
 * once for each column of the output that it reaches, and adds to all rows of outputs in reach, which are in registers.
 *
 * <p>The bits are those of {@link dev.spikelane.kernel.product.spike.SpikeMatmul} on unfolded rows: with
 * {@code k = (ky*kw + kx)*C + c}, the accumulator starts at the bias; the active weights of four consecutive {@code k}
 * are summed in ascending order; these sums are added in ascending order. A place in the padding has no spike. For an
 * output, groups ascend by {@code k} as inputs do by row and column.
 */
public final class WindowMatmul {

    private static final int BLOCK = PackedWeights.BLOCK_BYTES;

    /** Rows of a kernel for which there are registers. */
    private static final int MOST_ROWS = 5;

    private WindowMatmul() {}

    /**
     * Tells whether a convolution may be computed so: groups of four channels must not straddle pixels, and a row of
     * the input must reach neighboring rows of outputs. A kernel of one row gains nothing.
     *
     * @param window what it reads
     * @return whether {@link #multiply} takes it
     */
    public static boolean serves(Window window) {
        return window.channels() % 4 == 0
                && isPlain(window.x())
                && isPlain(window.y())
                && window.y().kernel() > 1
                && window.y().kernel() <= MOST_ROWS;
    }

    private static boolean isPlain(Window.Axis axis) {
        return axis.stride() == 1 && axis.dilation() == 1;
    }

    /**
     * Computes the currents of the first rows and of some blocks of {@value PackedWeights#BLOCK} channels.
     *
     * @param spikes {@code [at least rows x window.inputs()]}, maps in the order (y, x, channel)
     * @param rows how many rows, at least 1
     * @param lists scratch memory for the tables of the weights, used by one thread at a time
     * @param firstBlock the first block of channels
     * @param endBlock the block behind the last
     * @param current {@code [at least rows x positions * channels rounded up to 64]}, of which these channels are
     *     overwritten
     * @throws IllegalArgumentException if a shape does not fit
     */
    public static void multiply(
            SpikeMatrix spikes, int rows, WindowLists lists, int firstBlock, int endBlock, FloatMatrix current) {
        WindowTables tables = lists.tables;
        Window window = tables.window;
        Checks.rows("spikes", spikes.rows(), rows);
        Checks.rows("current", current.rows(), rows);
        Checks.range("block", firstBlock, endBlock, tables.blocks());
        spikes.requireShape("spikes", spikes.rows(), window.inputs());
        int position = tables.blocks() * BLOCK;
        current.requireShape("current", current.rows(), window.positions() * (position / Float.BYTES));
        for (int row = 0; row < rows; row++) {
            lists.list(spikes, row);
            for (int block = firstBlock; block < endBlock; block++) {
                long to = current.rowOffset(row) + (long) block * BLOCK;
                start(tables, block, current.segment(), to, position);
                for (Reach reach : tables.reaches) {
                    WindowRows adds = tables.adds[reach.rows()];
                    for (int lanes = 0; lanes < BLOCK; lanes += tables.strip) {
                        adds.add(lists, reach, block, lanes, current.segment(), to + lanes, position);
                    }
                }
            }
        }
    }

    /** Starts at the bias what does not begin with the first row of the kernel, as that lies in the padding. */
    private static void start(WindowTables tables, int block, MemorySegment sums, long to, int position) {
        Window.Axis y = tables.window.y();
        int columns = tables.window.x().outputs();
        for (int row = 0; row < y.outputs(); row++) {
            if (row < y.padding() || row - y.padding() >= y.inputs()) {
                for (int column = 0; column < columns; column++) {
                    long at = to + (long) (row * columns + column) * position;
                    MemorySegment.copy(tables.bias.segment(), (long) block * BLOCK, sums, at, BLOCK);
                }
            }
        }
    }
}
