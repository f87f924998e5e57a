package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.RowScale;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;

/** The way back through a connection that multiplies each input by a weight of its own. */
record ElementwiseInputGradient(FloatMatrix weights) implements InputGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        RowScale.multiply(gradient, weights, into, rows);
    }
}
