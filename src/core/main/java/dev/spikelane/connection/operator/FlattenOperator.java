package dev.spikelane.connection.operator;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Reorders rows to the inner order of another shape with equal torch order. */
public final class FlattenOperator implements Operator {

    private final Shape shape;
    private final Shape made;
    private final float[] spikeValue;

    public FlattenOperator(Shape shape, Shape made, float[] spikeValue) {
        this.shape = shape;
        this.made = made;
        this.spikeValue = new float[shape.size()];
        setSpikeValue(spikeValue);
    }

    private int from(int output) {
        return shape.inside(made.torch(output));
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
    public int fewestRows() {
        return 1;
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        FloatMatrix currents = current.matrix();
        int first = current.firstColumn();
        int end = current.endColumn();
        int origin = current.origin();
        for (int row = 0; row < rows; row++) {
            clearPadding(current, row);
            for (int i = first; i < end; i++) {
                int from = from(i);
                currents.set(row, i - origin, spikes.get(row, from) ? spikeValue[from] : 0);
            }
        }
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        current.require("current", rows, outputs());
        FloatMatrix currents = current.matrix();
        int first = current.firstColumn();
        int end = current.endColumn();
        int origin = current.origin();
        for (int row = 0; row < rows; row++) {
            clearPadding(current, row);
            for (int i = first; i < end; i++) {
                currents.set(row, i - origin, input.get(row, from(i)));
            }
        }
    }

    /** Clears older values of a tile after the last output; a whole matrix has none. */
    public static void clearPadding(Tile current, int row) {
        FloatMatrix currents = current.matrix();
        int end = Math.min(current.endBlock() * FloatMatrix.ROW_MULTIPLE - current.origin(), currents.columns());
        for (int column = current.endColumn() - current.origin(); column < end; column++) {
            currents.set(row, column, 0);
        }
    }

    @Override
    public FlattenOperator copy(Arena arena) {
        return new FlattenOperator(shape, made, spikeValue);
    }

    @Override
    public InputGradient inputGradient(Arena arena) {
        return new FlattenInputGradient(shape, made);
    }

    @Override
    public @Nullable WeightGradients weightGradients(Arena arena, int threads) {
        return null;
    }

    @Override
    public void setSpikeValue(float[] values) {
        SpikeValues.require(values, inputs());
        SpikeValues.copy(values, spikeValue);
    }

    @Override
    public String toString() {
        return "flatten " + shape;
    }
}
