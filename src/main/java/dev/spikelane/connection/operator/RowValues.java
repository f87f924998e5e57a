package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * A row of numbers, weights or gradients, read and written in torch's order.
 *
 * @param shape the shape whose inner order the row has
 */
record RowValues(ValueDescription description, Shape shape, FloatMatrix row) implements Values {

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", 1, columns());
        for (int i = 0; i < columns(); i++) {
            into.set(0, shape.torch(i), row.get(0, i));
        }
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("from", 1, columns());
        from.requireFinite("from");
        for (int i = 0; i < columns(); i++) {
            row.set(0, i, from.get(0, shape.torch(i)));
        }
    }
}
