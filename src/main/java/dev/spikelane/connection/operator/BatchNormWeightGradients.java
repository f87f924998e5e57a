package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.update.BatchNormSums;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * The gradients of weights and biases behind a normalization, whose way back makes them with sums that it needs itself,
 * steps descending.
 */
public final class BatchNormWeightGradients implements WeightGradients {

    private final BatchNormOperator operator;
    private final BatchNormSums sums;

    BatchNormWeightGradients(BatchNormOperator operator, Arena arena) {
        this.operator = operator;
        this.sums = BatchNormSums.zeros(arena, operator.weight());
    }

    /** Returns the weights, and where the normalization adds their gradients up. */
    public BatchNormSums sums() {
        return sums;
    }

    @Override
    public List<Learned> learned() {
        List<ValueDescription> learned = operator.learned();
        return learned.isEmpty()
                ? List.of()
                : List.of(
                        learned(learned.getFirst(), operator.weight(), sums.ofWeights()),
                        learned(learned.getLast(), operator.bias(), sums.ofBias()));
    }

    private static Learned learned(ValueDescription of, FloatMatrix values, FloatMatrix sum) {
        return new Learned(
                of.name(), values, () -> new Sum(sum, OperatorValues.ofRows(of, Shape.of(sum.columns()), sum)));
    }

    @Override
    public void open(WeightRows rows) {}

    @Override
    public void add(Tile gradient, int firstStep, int endStep, int thread) {}
}
