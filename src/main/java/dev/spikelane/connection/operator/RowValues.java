package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * A row of numbers, weights or gradients, read and written in torch's order.
 *
 * @param description what it is called
 * @param shape the shape whose inner order the row has
 */
record RowValues(ValueDescription description, Shape shape, FloatMatrix row) implements Values {

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", 1, columns());
        TorchLayout.copyTorch(shape, row, 0, into, 0, 1);
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("from", 1, columns());
        from.requireFinite("from");
        TorchLayout.copyInside(shape, from, 0, row, 0, 1);
    }
}
