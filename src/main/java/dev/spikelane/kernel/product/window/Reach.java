package dev.spikelane.kernel.product.window;

import dev.spikelane.kernel.base.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of the input that reach the outputs with the same rows of the kernel.
 *
 * @param first the first row of the input
 * @param end the row behind the last
 * @param kernelRow the first row of the kernel, by which the newest row of outputs is reached
 * @param rows how many rows of the kernel, and of outputs
 * @param newest the row of outputs that the first row reaches by {@code kernelRow}
 */
record Reach(int first, int end, int kernelRow, int rows, int newest) {

    /** Those of a map, from top to bottom, for a stride and a dilation of 1. */
    static List<Reach> of(Window.Axis y) {
        List<Reach> all = new ArrayList<>();
        int start = 0;
        for (int row = 0; row < y.inputs(); row++) {
            if (row + 1 == y.inputs() || low(y, row + 1) != low(y, row) || high(y, row + 1) != high(y, row)) {
                int rows = high(y, row) - low(y, row) + 1;
                if (rows > 0) {
                    all.add(new Reach(start, row + 1, low(y, row), rows, start + y.padding() - low(y, row)));
                }
                start = row + 1;
            }
        }
        return List.copyOf(all);
    }

    private static int low(Window.Axis y, int row) {
        return Math.max(0, row + y.padding() - (y.outputs() - 1));
    }

    private static int high(Window.Axis y, int row) {
        return Math.min(y.kernel() - 1, row + y.padding());
    }
}
