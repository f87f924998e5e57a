package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.RowScale;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;

record ElementwiseInputGradient(FloatMatrix weights) implements InputGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        RowScale.multiply(gradient, weights, into, rows);
    }
}
