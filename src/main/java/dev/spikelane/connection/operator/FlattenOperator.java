package dev.spikelane.connection.operator;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Parameter;
import java.lang.foreign.Arena;

/** Brings rows from their inner order into torch's. */
final class FlattenOperator implements Operator {

    private final Shape shape;
    private Parameter spikeValue;

    FlattenOperator(Shape shape, Parameter spikeValue) {
        this.shape = shape;
        this.spikeValue = spikeValue;
    }

    @Override
    public int inputs() {
        return shape.size();
    }

    @Override
    public int outputs() {
        return shape.size();
    }

    @Override
    public FloatMatrix workspace(Arena arena) {
        return FloatMatrix.zeros(arena, 1, 1);
    }

    @Override
    public void multiply(
            SpikeMatrix spikes, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        int first = firstBlock * Long.SIZE;
        int end = Math.min(endBlock * Long.SIZE, outputs());
        int tile = Checks.firstOutput(current, outputs(), firstBlock, endBlock);
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                int from = shape.inside(i);
                current.set(row, i - tile, spikes.get(row, from) ? spikeValue.value(from) : 0);
            }
        }
    }

    @Override
    public void multiply(
            FloatMatrix input, int rows, FloatMatrix current, int firstBlock, int endBlock, FloatMatrix workspace) {
        int first = firstBlock * Long.SIZE;
        int end = Math.min(endBlock * Long.SIZE, outputs());
        int tile = Checks.firstOutput(current, outputs(), firstBlock, endBlock);
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                current.set(row, i - tile, input.get(row, shape.inside(i)));
            }
        }
    }

    @Override
    public FlattenOperator copy(Arena arena) {
        return new FlattenOperator(shape, spikeValue);
    }

    @Override
    public OperatorGradient gradient(Arena arena, boolean pulls, int threads) {
        return new FlattenGradient(shape);
    }

    @Override
    public void setSpikeValue(Parameter value) {
        SpikeValues.require(value, inputs());
        spikeValue = value;
    }

    @Override
    public String toString() {
        return "flatten " + shape;
    }
}
