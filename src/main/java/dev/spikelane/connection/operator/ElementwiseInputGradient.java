package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;

/** The way back through a connection that multiplies each input by a weight of its own. */
record ElementwiseInputGradient(FloatMatrix weights) implements InputGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        into.require("into", rows, weights.columns());
        FloatMatrix gradients = into.matrix();
        int first = into.firstColumn();
        int end = into.endColumn();
        int origin = into.origin();
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                gradients.set(row, i - origin, ZeroInputs.fma(gradient.get(row, i), weights.get(0, i), 0));
            }
        }
    }
}
