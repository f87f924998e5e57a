package dev.spikelane.engine;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;

/** Tells a test when values are written to copies of an operator, and when these hear what spikes carry. */
record WatchedOperator(Operator watched, Hooks hooks, boolean isCopy) implements Operator {

    /** What a test does then, before the operator does it. */
    interface Hooks {
        default void written() {}

        default void setSpikeValue() {}
    }

    @Override
    public int inputs() {
        return watched.inputs();
    }

    @Override
    public int outputs() {
        return watched.outputs();
    }

    @Override
    public void reserve(Scratch scratch) {
        watched.reserve(scratch);
    }

    @Override
    public void multiply(SpikeMatrix spikes, int rows, Tile current, Scratch scratch) {
        watched.multiply(spikes, rows, current, scratch);
    }

    @Override
    public void multiply(FloatMatrix input, int rows, Tile current, Scratch scratch) {
        watched.multiply(input, rows, current, scratch);
    }

    @Override
    public List<Values> values() {
        return watched.values().stream().<Values>map(WatchedValues::new).toList();
    }

    @Override
    public Operator copy(Arena arena) {
        return new WatchedOperator(watched.copy(arena), hooks, true);
    }

    @Override
    public void setSpikeValue(float[] values) {
        if (isCopy) {
            hooks.setSpikeValue();
        }
        watched.setSpikeValue(values);
    }

    private final class WatchedValues implements Values {

        private final Values values;

        WatchedValues(Values values) {
            this.values = values;
        }

        @Override
        public ValueDescription description() {
            return values.description();
        }

        @Override
        public void read(FloatMatrix into) {
            values.read(into);
        }

        @Override
        public void write(FloatMatrix from) {
            if (isCopy) {
                hooks.written();
            }
            values.write(from);
        }
    }
}
