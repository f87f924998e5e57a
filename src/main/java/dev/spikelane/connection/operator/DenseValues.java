package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;

/**
 * Packed numbers of a dense connection, weights or gradients, read and written in torch's layout.
 *
 * @param inputs the shape whose inner order the inputs have
 * @param outputs the shape whose inner order the outputs have
 */
record DenseValues(Shape inputs, Shape outputs, PackedWeights packed) implements Values {

    @Override
    public ValueDescription description() {
        return DenseKind.values(packed.pre(), packed.post()).getFirst();
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", rows(), columns());
        if (!inputs.reordered() && !outputs.reordered()) {
            packed.read(into);
            return;
        }
        FloatMatrix arranged = FloatMatrix.zeros(rows(), columns());
        packed.read(arranged);
        FloatMatrix columns = FloatMatrix.zeros(rows(), columns());
        for (int output = 0; output < rows(); output++) {
            DenseOperator.copyRow(arranged, output, columns, outputs.torch(output));
        }
        inputs.toTorch(columns, 0, into, 0, rows());
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("from", rows(), columns());
        FloatMatrix arranged = from;
        if (inputs.reordered() || outputs.reordered()) {
            FloatMatrix columns = from;
            if (inputs.reordered()) {
                columns = FloatMatrix.zeros(rows(), columns());
                inputs.toInside(from, 0, columns, 0, rows());
            }
            arranged = FloatMatrix.zeros(rows(), columns());
            for (int output = 0; output < rows(); output++) {
                DenseOperator.copyRow(columns, outputs.torch(output), arranged, output);
            }
        }
        packed.set(arranged, packed.bias());
    }
}
