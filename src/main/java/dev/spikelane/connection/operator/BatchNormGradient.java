package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.PreparedFrame;
import dev.spikelane.kernel.update.BatchNormSums;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of weights and biases behind a normalization, whose way back multiplies by the weights and adds these
 * up: gradients come to it as they are. Sums over steps go by steps descending.
 */
public final class BatchNormGradient implements OperatorGradient {

    private final BatchNormOperator operator;
    private final BatchNormSums sums;

    BatchNormGradient(BatchNormOperator operator, Arena arena) {
        this.operator = operator;
        this.sums = BatchNormSums.zeros(arena, operator.weight());
    }

    /** Returns the weights, and where the normalization adds their gradients up. */
    public BatchNormSums sums() {
        return sums;
    }

    @Override
    public void pull(FloatMatrix gradient, int rows, Tile into) {
        into.copyFrom(gradient, 0, 0, rows);
    }

    @Override
    public void prepare(Signal source, int batch) {}

    @Override
    public void prepareFrame(FloatMatrix frame, @Nullable PreparedFrame forward) {}

    @Override
    public void add(Tile gradient, int share, int thread) {}

    @Override
    public void finish() {}

    @Override
    public void clear() {
        sums.ofWeights().fill(0);
        sums.ofBias().fill(0);
    }

    @Override
    public void update() {
        operator.refresh();
    }

    @Override
    public List<Learned> learned() {
        return operator.learned().isEmpty()
                ? List.of()
                : List.of(
                        learned(0, operator.weight(), sums.ofWeights()), learned(1, operator.bias(), sums.ofBias()));
    }

    private Learned learned(int number, FloatMatrix values, FloatMatrix sum) {
        ValueDescription of = operator.learned().get(number);
        return new Learned(of.name(), values, () -> new Sum(sum, new RowValues(of, Shape.of(sum.columns()), sum)));
    }
}
