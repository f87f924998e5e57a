package dev.spikelane.kernel.product.window;

import dev.spikelane.simd.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of the input that give what some rows of the kernel make of them to the outputs.
 *
 * @param first the first row of the input
 * @param end the row behind the last
 * @param kernelRow the first of the rows of the kernel
 * @param rows how many rows of the kernel
 * @param top the first row of outputs that they reach
 * @param bottom the last one
 * @param begins whether all outputs begin here, at the bias; else the sums go on
 */
record KernelRowSpan(int first, int end, int kernelRow, int rows, int top, int bottom, boolean begins) {

    /** Rows of a kernel from which on edges are worth passes of their own. */
    private static final int TALL = 4;

    /** Rows of an edge. */
    private static final int EDGE = 2;

    /** All of a map at once: beyond its first and last rows outputs are added up in vain that are not there. */
    static List<KernelRowSpan> whole(Window.Axis y) {
        return List.of(of(y, 0, y.inputs(), 0, y.kernel(), true));
    }

    /** The first rows of the input, by the first rows of a tall kernel alone, those between, and the last rows. */
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
