package dev.spikelane.connection;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * Packed numbers of a dense connection, such as gradients, to be read in torch's layout.
 *
 * @param order the shape whose inner order the inputs have
 */
record DenseValues(Shape order, PackedWeights packed) implements Values {

    @Override
    public String name() {
        return "weight";
    }

    @Override
    public int rows() {
        return packed.post();
    }

    @Override
    public int columns() {
        return packed.pre();
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", rows(), columns());
        if (!order.reordered()) {
            packed.read(into);
            return;
        }
        FloatMatrix arranged = FloatMatrix.zeros(rows(), columns());
        packed.read(arranged);
        order.toTorch(arranged, 0, into, 0, rows());
    }

    @Override
    public void write(FloatMatrix from) {
        throw new UnsupportedOperationException("gradients are read, not written");
    }
}
