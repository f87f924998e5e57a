package dev.spikelane.kernel.product.window;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Adds some rows of a map to the outputs that they reach. */
abstract class WindowRows {

    private static final ConcurrentMap<Size, WindowRows> COPIES = new ConcurrentHashMap<>();

    /**
     * The size of a loop's sums.
     *
     * @param rows rows of outputs
     * @param vectors vectors of channels
     */
    private record Size(int rows, int vectors) {}

    /** Returns the loop for rows of outputs and vectors of channels; plain loops if there are no vectors. */
    static WindowRows of(int rows, int vectors) {
        return vectors == 0
                ? new WindowRowsScalar()
                : COPIES.computeIfAbsent(new Size(rows, vectors), _ -> WindowRowsVector.unrolled(rows, vectors));
    }

    /**
     * Adds {@code sum[y][x] += table entry} for each group of a window's rows in which a channel fires, ascending.
     *
     * @param pass the rows of the map and of the kernel
     * @param block a block of 64 channels of the output
     * @param lanes bytes from the block's first channel to the strip
     * @param sums the currents of each position of the output
     * @param to byte offset of the first position's strip
     * @param position bytes from a position to the next
     */
    abstract void add(
            WindowLists lists, KernelRowSpan pass, int block, int lanes, MemorySegment sums, long to, int position);
}
