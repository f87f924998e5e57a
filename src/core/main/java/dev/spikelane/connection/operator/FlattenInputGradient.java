package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Tile;

record FlattenInputGradient(Shape shape, Shape made) implements InputGradient {

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        into.require("into", rows, shape.size());
        FloatMatrix gradients = into.matrix();
        int first = into.firstColumn();
        int end = into.endColumn();
        int origin = into.origin();
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                gradients.set(row, i - origin, gradient.get(row, made.inside(shape.torch(i))));
            }
        }
    }
}
