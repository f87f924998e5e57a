package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.Window;
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
record Pass(int first, int end, int kernelRow, int rows, int top, int bottom, boolean begins) {

    /** A kernel of so many rows leaves out those beyond the map where two rows of the input reach two of outputs. */
    private static final int TALL = 4;

    private static final int EDGE = 2;

    /**
     * What adds up all of a map, in this order. The first rows of the input reach no more outputs than there are rows
     * above them, and the last ones as many as below: in a tall kernel these are passes of their own.
     */
    static List<Pass> of(Window.Axis y) {
        int edge = EDGE - y.padding();
        if (y.kernel() < TALL || edge <= 0 || y.outputs() < EDGE) {
            return List.of(of(y, 0, y.inputs(), 0, y.kernel(), true));
        }
        return List.of(
                of(y, 0, edge, 0, EDGE, false),
                of(y, edge, y.inputs() - edge, 0, y.kernel(), false),
                of(y, y.inputs() - edge, y.inputs(), y.kernel() - EDGE, EDGE, false));
    }

    private static Pass of(Window.Axis y, int first, int end, int kernelRow, int rows, boolean begins) {
        int top = begins ? 0 : Math.max(0, first + y.padding() - kernelRow - (rows - 1));
        int bottom = begins ? y.outputs() - 1 : Math.min(y.outputs() - 1, end - 1 + y.padding() - kernelRow);
        return new Pass(first, end, kernelRow, rows, top, bottom, begins);
    }
}
