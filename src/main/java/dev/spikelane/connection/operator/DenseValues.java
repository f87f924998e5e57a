package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * Packed numbers of a dense connection, weights or gradients, read and written in torch's layout.
 *
 * @param description what they are called
 * @param inputs the shape whose inner order the inputs have
 * @param outputs the shape whose inner order the outputs have
 */
record DenseValues(ValueDescription description, Shape inputs, Shape outputs, PackedWeights packed) implements Values {

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", rows(), columns());
        if (!TorchLayout.differs(inputs) && !TorchLayout.differs(outputs)) {
            packed.read(into); // which allocates nothing
            return;
        }
        FloatMatrix inside = FloatMatrix.zeros(rows(), columns());
        packed.read(inside);
        into.copyFrom(TorchLayout.weightsInTorch(inputs, outputs, inside));
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("from", rows(), columns());
        packed.set(TorchLayout.weightsInside(inputs, outputs, from), packed.bias());
    }
}
