package dev.spikelane.connection.operator;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.util.function.Consumer;

/**
 * Values of an operator, or their gradients, in torch's layout.
 *
 * @param out copies the values into a matrix of the right shape
 * @param in sets the values from a matrix of the right shape; throws if it is not finite, and changes nothing then
 */
public record OperatorValues(ValueDescription description, Consumer<FloatMatrix> out, Consumer<FloatMatrix> in)
        implements Values {

    static OperatorValues ofRows(ValueDescription description, Shape shape, FloatMatrix rows) {
        return new OperatorValues(
                description, into -> TorchLayout.copyTorch(shape, rows, 0, into, 0, rows.rows()), from -> {
                    from.requireFinite("values");
                    TorchLayout.copyInside(shape, from, 0, rows, 0, rows.rows());
                });
    }

    /** Wraps packed weights whose inputs and outputs have the inner orders of shapes. */
    static OperatorValues ofPacked(ValueDescription description, Shape inputs, Shape outputs, PackedWeights packed) {
        return new OperatorValues(description, into -> read(packed, inputs, outputs, into), from -> {
            from.requireFinite("values");
            packed.set(TorchLayout.weightsInside(inputs, outputs, from));
        });
    }

    private static void read(PackedWeights packed, Shape inputs, Shape outputs, FloatMatrix into) {
        if (!TorchLayout.differs(inputs) && !TorchLayout.differs(outputs)) {
            packed.read(into);
            return;
        }
        for (int output = 0; output < into.rows(); output++) {
            int row = TorchLayout.torch(outputs, output, into.rows());
            for (int input = 0; input < into.columns(); input++) {
                into.set(row, TorchLayout.torch(inputs, input, into.columns()), packed.weight(output, input));
            }
        }
    }

    OperatorValues takenBy(Consumer<FloatMatrix> operator) {
        return new OperatorValues(description, out, operator);
    }

    @Override
    public void read(FloatMatrix into) {
        into.requireShape("into", rows(), columns());
        out.accept(into);
    }

    @Override
    public void write(FloatMatrix from) {
        from.requireShape("values", rows(), columns());
        in.accept(from);
    }
}
