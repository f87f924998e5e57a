package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;

/**
 * Stands for a {@link BatchNormOperator} behind rows that were normalized: they pass as they are, and so do their
 * gradients. The way back through the normalization makes the gradients of its weights.
 */
final class NormalizedOperator implements TileOperator {

    private final BatchNormOperator owner;

    NormalizedOperator(BatchNormOperator owner) {
        this.owner = owner;
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
        current.copyFrom(input, 0, 0, rows);
    }

    @Override
    public void apply(Tile current, int rows) {}

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
