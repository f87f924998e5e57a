package dev.spikelane.kernel.product.window;

import dev.spikelane.simd.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * A pass over some rows of the input with some rows of the kernel, into the rows of outputs that they reach.
 *
 * @param first the first row of the input
 * @param end the row after the last
 * @param kernelRow the first row of the kernel
 * @param rows the number of rows of the kernel
 * @param top the first row of outputs
 * @param bottom the last row of outputs
 * @param begins true if all outputs start at the bias in this pass; false if it continues their sums
 */
record KernelRowSpan(int first, int end, int kernelRow, int rows, int top, int bottom, boolean begins) {

    /** Rows of a kernel from which on edges are worth their own passes. */
    private static final int TALL = 4;

    /** Rows of an edge. */
    private static final int EDGE = 2;

    /** Returns one pass over the whole map, which also adds sums of outputs beyond the edges, in vain. */
    static List<KernelRowSpan> whole(Window.Axis y) {
        return List.of(of(y, 0, y.inputs(), 0, y.kernel(), true));
    }

    /**
     * Returns up to three passes: the first rows of the input with the first rows of a tall kernel, the rows between,
     * and the last rows with the last rows of the kernel.
     */
    static List<KernelRowSpan> withEdges(Window.Axis y) {
        int above = Math.max(0, EDGE - y.padding());
        int behind = y.outputs() - 1 + y.kernel() - y.padding() - y.inputs(); // padding
        int below = y.inputs() - Math.max(0, EDGE - behind);
        if (y.kernel() < TALL || y.outputs() < EDGE || above >= below || above == 0 && below == y.inputs()) {
            return whole(y);
        }
        List<KernelRowSpan> passes = new ArrayList<>();
        if (above > 0) {
            passes.add(of(y, 0, above, 0, EDGE, false));
        }
        passes.add(of(y, above, below, 0, y.kernel(), false));
        if (below < y.inputs()) {
            passes.add(of(y, below, y.inputs(), y.kernel() - EDGE, EDGE, false));
        }
        return passes;
    }

    private static KernelRowSpan of(Window.Axis y, int first, int end, int kernelRow, int rows, boolean begins) {
        int top = begins ? 0 : Math.max(0, first + y.padding() - kernelRow - (rows - 1));
        int bottom = begins ? y.outputs() - 1 : Math.min(y.outputs() - 1, end - 1 + y.padding() - kernelRow);
        return new KernelRowSpan(first, end, kernelRow, rows, top, bottom, begins);
    }
}
