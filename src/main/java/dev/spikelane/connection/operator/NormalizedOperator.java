package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.update.RowAffine;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Multiplies what was normalized by the weights of a {@link BatchNormOperator}, and adds its biases. On the way back
 * gradients pass as they are: that through the normalization multiplies by the weights.
 */
final class NormalizedOperator implements TileOperator {

    private final BatchNormOperator owner;
    /** Of each column. */
    private final FloatMatrix factors;

    private final FloatMatrix terms;

    NormalizedOperator(BatchNormOperator owner, Arena arena) {
        this.owner = owner;
        this.factors = FloatMatrix.zeros(arena, 1, owner.shape().size());
        this.terms = FloatMatrix.zeros(arena, 1, owner.shape().size());
    }

    void refresh() {
        for (int column = 0; column < factors.columns(); column++) {
            int channel = column % owner.weight().columns();
            factors.set(0, column, owner.weight().get(0, channel));
            terms.set(0, column, owner.bias().get(0, channel));
        }
    }

    @Override
    public int inputs() {
        return owner.inputs();
    }

    @Override
    public int outputs() {
        return owner.outputs();
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        throw BatchNormOperator.noSpikes();
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        RowAffine.apply(input, factors, terms, current, rows);
    }

    @Override
    public void apply(Tile current, int rows) {
        RowAffine.apply(factors, terms, current, rows);
    }

    @Override
    public Operator copy(Arena arena) {
        return owner.copy(arena).ofNormalized();
    }

    @Override
    public void setSpikeValue(float[] values) {
        throw BatchNormOperator.noSpikes();
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return (gradient, rows, into) -> into.copyFrom(gradient, 0, 0, rows);
    }

    @Override
    public WeightGradients weightGradients(Arena arena, int threads) {
        return new BatchNormWeightGradients(owner, arena);
    }

    @Override
    public void update() {
        owner.update();
    }

    @Override
    public String toString() {
        return owner.toString();
    }
}
