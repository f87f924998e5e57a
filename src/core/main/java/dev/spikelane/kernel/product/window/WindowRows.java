package dev.spikelane.kernel.product.window;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Adds what some rows of a map give to the outputs that they reach. */
abstract class WindowRows {

    private static final ConcurrentMap<Size, WindowRows> COPIES = new ConcurrentHashMap<>();

    /**
     * What a copy adds at a time.
     *
     * @param rows of outputs
     * @param vectors of channels
     */
    private record Size(int rows, int vectors) {}

    /** What adds to so many rows of so many vectors; plain loops where these are 0. */
    static WindowRows of(int rows, int vectors) {
        return vectors == 0
                ? new WindowRowsScalar()
                : COPIES.computeIfAbsent(new Size(rows, vectors), _ -> WindowRowsVector.unrolled(rows, vectors));
    }

    /**
     * {@code sum[y][x] += table entry} for each group of the rows of a window in which a channel fires, ascending.
     *
     * @param lists the map
     * @param pass which rows of it, and of the kernel
     * @param block of 64 channels of the output
     * @param lanes bytes from the first of them to those of a strip
     * @param sums for each position of the output
     * @param to where the strip of the first position stands in them
     * @param position bytes from a position to the next
     */
    abstract void add(
            WindowLists lists, KernelRowSpan pass, int block, int lanes, MemorySegment sums, long to, int position);
}
